"""Sets documents and statements as PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from contracts.payments.document_views import LineItem, Locale
from payments.adapters.papers.figures import Figures
from payments.adapters.papers.fonts import Fonts
from payments.adapters.papers.sheet import Sheet
from payments.adapters.papers.words import word
from payments.domain.documents.document import Branding, Document, Draft, Line, Party, TaxLine
from payments.domain.ledger import Statement

# What the platform takes for itself is its fee, or the price of a plan.
_OF_SUBSCRIPTIONS = {LineItem.PLATFORM_FEE: "subscription_fee", LineItem.FEE_CREDIT: "subscription_credit"}


class PdfPress:
    """Rendering takes some tenths of a second of pure computing: `beside` runs it in a thread, so that the service goes on meanwhile."""

    def __init__(self, seller: Party, beside: Callable[[Callable[[], bytes]], bytes], extra_fonts: tuple[Path, ...] = ()) -> None:
        """Raises:
        OSError: an extra font cannot be read.
        """
        self._seller = seller
        self._fonts = Fonts(extra_fonts)
        self._beside = beside

    def document(self, document: Document, locale: Locale) -> bytes:
        """Raises:
        TooManyWaiting: many others are being rendered.
        """
        return self._beside(lambda: set_document(document, locale, self._fonts))

    def statement(self, statement: Statement, owner: Party, branding: Branding, since: datetime, until: datetime, locale: Locale) -> bytes:
        """Raises:
        TooManyWaiting: many others are being rendered.
        """
        return self._beside(lambda: set_statement(statement, owner, branding, since, until, locale, self._fonts, self._seller))


def set_document(document: Document, locale: Locale, fonts: Fonts) -> bytes:
    """The same bytes for the same document, language and fonts."""
    draft, figures = document.draft, Figures(locale)
    sheet = Sheet(fonts, locale, word(draft.kind, locale), draft.branding, document.issuer, document.issued_at)
    sheet.party(word("recipient", locale), draft.recipient)
    sheet.facts(
        (
            (word("number", locale), document.number),
            (word("issued", locale), figures.day(document.issued_at)),
            (word("supplied", locale), figures.day(draft.supplied_at)),
            (word("corrects", locale), draft.related),
            (word("reference", locale), draft.escrow_id or draft.subscription_id),
        )
    )
    net = sum(line.amount for line in draft.lines)
    rows = [(_described(draft, line, locale), figures.money(line.amount, draft.currency)) for line in draft.lines]
    if draft.tax:
        rows.append((word("net", locale), figures.money(net, draft.currency)))
    rows += [(_taxed(tax, draft.currency, locale), figures.money(tax.amount, draft.currency)) for tax in draft.taxes]
    rows.append((f"{word('total', locale)} ({draft.currency})", figures.money(draft.total, draft.currency)))
    sheet.rows((word("description", locale), word("amount", locale)), rows, (3, 1), bold=1)
    return sheet.bytes()


def set_statement(
    statement: Statement,
    owner: Party,
    branding: Branding,
    since: datetime,
    until: datetime,
    locale: Locale,
    fonts: Fonts,
    seller: Party,
) -> bytes:
    """The same bytes for the same entries, language and fonts."""
    figures, currency = Figures(locale), statement.account.currency
    sheet = Sheet(fonts, locale, word("statement", locale), branding, seller, until)
    sheet.party(word("recipient", locale), owner)
    sheet.facts(
        (
            (word("account", locale), f"{word(statement.account.kind, locale)} ({currency})"),
            (word("period", locale), f"{figures.day(since)} – {figures.last_day_before(until)}"),
        )
    )

    def rows() -> Iterator[tuple[str, str, str, str]]:
        yield figures.day(since), word("opening", locale), "", figures.money(statement.opening, currency)
        for line in statement.lines:
            amount, balance = figures.money(line.amount, currency), figures.money(line.balance, currency)
            yield figures.day(line.at), word(line.kind, locale), amount, balance
        yield figures.last_day_before(until), word("closing", locale), "", figures.money(statement.closing, currency)

    head = tuple(word(name, locale) for name in ("date", "description", "amount", "balance"))
    sheet.rows(head, rows(), (5, 8, 4, 4), bold=1)
    return sheet.bytes()


def _described(draft: Draft, line: Line, locale: Locale) -> str:
    item = _OF_SUBSCRIPTIONS.get(line.item, line.item) if draft.subscription_id else line.item
    parts = [word(item, locale)]
    if line.basis is not None and line.rate is not None:
        figures = Figures(locale)
        parts.append(word("share", locale).format(rate=figures.rate(line.rate), basis=figures.money(line.basis, draft.currency)))
    if line.subject:
        parts.append(line.subject)
    return "\n".join(parts)


def _taxed(tax: TaxLine, currency: str, locale: Locale) -> str:
    if not tax.rate:
        return word(tax.treatment, locale)
    figures = Figures(locale)
    return word("tax_on", locale).format(
        tax=word(tax.treatment, locale), rate=figures.rate(tax.rate), basis=figures.money(tax.basis, currency)
    )
