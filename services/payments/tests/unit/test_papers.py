"""Papers as PDF: the same bytes for the same record, in four languages, in letters that people's names have."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from payments_papers import SELLER, issuer

from contracts.money import CURRENCY_EXPONENTS
from contracts.payments.document_views import DocumentKind, LineItem, Locale, TaxTreatment
from contracts.payments.views import StatementAccount
from payments.adapters.papers.figures import Figures
from payments.adapters.papers.fonts import Fonts
from payments.adapters.papers.press import PdfPress, set_document, set_statement
from payments.adapters.papers.words import word
from payments.domain.documents.document import Branding, Document, Draft, Line, Party
from payments.domain.documents.tax import TaxRules
from payments.domain.ledger import Account, AccountKind, Statement
from payments.domain.ledger.statements import Line as Entry

AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = "Zoë Łukasiewicz-Ødegård Ивано́ва Παπαδόπουλος ₪€"


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return Fonts()


def invoice(*, currency: str = "EUR", name: str = NAMES, title: str = "A challenge: Step 1") -> Document:
    buyer = Party(name, ("Straße 1", "37073 Göttingen"), "DE", "DE123456789")
    tax = TaxRules("DE", 1900).within(6_000, buyer)
    draft = Draft(
        key="invoice:release:s",
        kind=DocumentKind.INVOICE,
        recipient_id="user_1",
        recipient=buyer,
        currency=currency,
        lines=(Line(LineItem.PLATFORM_FEE, tax.basis, title, 60_000, 1_000),),
        taxes=(tax,),
        supplied_at=AT - timedelta(days=1),
        source="release:s",
        branding=Branding("OpenChance", "#1f3a5f"),
        escrow_id="escrow_1",
    )
    return Document("document_1", "OC-INV-2030-000001", SELLER, AT, draft)


def statement(lines: int) -> Statement:
    entries = tuple(Entry(AT + timedelta(hours=n), f"release:saga_{n}", 100, 100 * (n + 1)) for n in range(lines))
    return Statement(Account(AccountKind.AVAILABLE, "user_1", "EUR"), 0, entries)


def text_of(pdf: bytes) -> str:
    """What is written on it, read back through the fonts' own tables from glyph to letter (PDF 32000-1, 9.10.3)."""
    tables = [
        {int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in re.findall(rb"<(\w{4})> <(\w+)>", cmap)}
        for cmap in re.findall(rb"beginbfchar(.*?)endbfchar", pdf, re.S)
    ]
    streams = [zlib.decompress(found) for found in re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.S)]
    shown = []
    for page in (stream for stream in streams if b"BT /F" in stream):
        for font, written in re.findall(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", page, re.S):
            if font:
                table = tables[int(font) - 1]
            else:
                raw = re.sub(rb"\\(.)", lambda found: {b"r": b"\r", b"n": b"\n"}.get(found[1], found[1]), written, flags=re.S)
                shown.append("".join(table[int.from_bytes(raw[place : place + 2])] for place in range(0, len(raw), 2)))
    return " ".join(shown)


@pytest.mark.parametrize("locale", list(Locale))
def test_a_document_is_the_same_bytes_each_time_and_says_what_the_record_says(fonts: Fonts, locale: Locale) -> None:
    paper = set_document(invoice(), locale, fonts)
    assert paper == set_document(invoice(), locale, fonts)
    assert paper.startswith(b"%PDF-")
    assert len(paper) < 200_000
    text = text_of(paper)
    figures = Figures(locale)
    for part in (word("invoice", locale), "OC-INV-2030-000001", NAMES, "37073 Göttingen", "DE123456789", "A challenge: Step 1"):
        assert part in text
    for amount in (5_042, 958, 6_000):
        assert figures.money(amount, "EUR").replace("\u00a0", " ") in text
    assert figures.day(AT) in text
    assert "\ufffd" not in text  # a line's end is no letter that is missing


def test_a_long_statement_goes_on_over_pages(fonts: Fonts) -> None:
    until = AT + timedelta(days=30)
    paper = set_statement(statement(60), Party("Ada"), issuer().branding, AT, until, Locale.DE, fonts, issuer().party)
    assert paper == set_statement(statement(60), Party("Ada"), issuer().branding, AT, until, Locale.DE, fonts, issuer().party)
    text = text_of(paper)
    assert text.count("Zahlung für Arbeit") == 60
    assert "Anfangssaldo" in text
    assert "60,00" in text
    assert "Seite 1 von" in text
    assert len(re.findall(rb"/Type /Page\n", paper)) > 1


@pytest.mark.parametrize(
    ("locale", "money", "day", "rate"),
    [
        (Locale.EN, "-€1,234.50", "January 2, 2030", "7.5%"),
        (Locale.DE, "-1.234,50 €", "2. Januar 2030", "7,5 %"),
        (Locale.FR, "-1 234,50 €", "2 janvier 2030", "7,5 %"),
        (Locale.ES, "-1.234,50 €", "2 de enero de 2030", "7,5 %"),
    ],
)
def test_each_language_writes_figures_in_its_own_way(locale: Locale, money: str, day: str, rate: str) -> None:
    figures = Figures(locale)
    told = (figures.money(-123_450, "EUR"), figures.day(AT), figures.rate(750))
    assert tuple(re.sub(r"[\u00a0\u202f]", " ", part) for part in told) == (money, day, rate)


@pytest.mark.parametrize(("currency", "amount", "digits"), [("JPY", 1_234, "1,234"), ("KWD", 1_234, "1.234"), ("HUF", 1_234, "12.34")])
def test_a_currency_has_the_digits_of_iso_4217(currency: str, amount: int, digits: str) -> None:
    assert re.sub(r"[^\d.,]", "", Figures(Locale.EN).money(amount, currency)) == digits
    assert currency in CURRENCY_EXPONENTS


def test_everything_that_can_stand_on_a_paper_has_words_in_every_language() -> None:
    for name in (*DocumentKind, *LineItem, *TaxTreatment, *StatementAccount):
        told = [word(name, locale) for locale in Locale]
        assert len(set(told)) > 1 or name in ("total",), name
        assert all(told)
    assert word("some_new_journal", Locale.FR) == "Some new journal"


def test_letters_that_are_not_there_are_shown_without_what_is_missing(fonts: Fonts) -> None:
    assert fonts.shown("Zoë Ḃ Ọ́") == "Zoë Ḃ Ọ́".replace("Ọ́", fonts.shown("Ọ́"))
    assert fonts.shown("李雷") == "\ufffd\ufffd"
    assert fonts.shown("𝐀da") == "Ada"
    assert set_document(invoice(name="李雷 & Söhne"), Locale.EN, fonts).startswith(b"%PDF-")


def test_nobody_breaks_a_paper_with_words(fonts: Fonts) -> None:
    for title in ("**bold** {nb} __x__ \\( %s", "x" * 400, "\u202egnp.exe", "a\u0000b\tc", "🙂 emoji"):
        assert set_document(invoice(title=title), Locale.EN, fonts).startswith(b"%PDF-")


def test_the_press_renders_beside_the_service() -> None:
    begun = []

    def beside(work: Callable[[], bytes]) -> bytes:
        begun.append(work)
        return work()

    assert PdfPress(issuer().party, beside).document(invoice(), Locale.EN) == set_document(invoice(), Locale.EN, Fonts())
    assert len(begun) == 1
