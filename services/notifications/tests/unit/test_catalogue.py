"""The texts: complete in every language, safe in HTML, amounts in the reader's form."""

import inspect
import re
from datetime import UTC, datetime
from importlib import resources

import pytest

from contracts.money import Money
from notifications.adapters.catalogue import TextCatalogue
from notifications.domain import facts, invitations, subscriptions

MAILED = {"email_verification", "password_reset", "email_change", "email_change_notice", "organisation_invitation"}
SOURCES = "".join(inspect.getsource(module) for module in (facts, invitations, subscriptions))
KINDS = set(re.findall(r'"((?:[a-z]+_)+[a-z]+)"', SOURCES)) - {"refresh_reused"} | MAILED
WORDS = {
    "email": "new@example.com",
    "challenge": "Maps",
    "milestone": "Design",
    "conversation": "Maps",
    "token": "t",
    "rating": "5",
    "reason": "Spam.",
    "organisation": "Acme",
    "key": "Export",
    "plan": "Expert Pro",
    "since": datetime(2030, 1, 1, tzinfo=UTC),
    "next": datetime(2030, 1, 3, tzinfo=UTC),
    "until": datetime(2030, 1, 2, tzinfo=UTC),
    "amount": Money(amount_minor=100000, currency="EUR"),
    "fee": Money(amount_minor=1, currency="EUR"),
    "budget": Money(amount_minor=5, currency="JPY"),
}


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_kind_of_fact_has_its_words_in_every_language(catalogue: TextCatalogue, language: str) -> None:
    assert language in catalogue.languages
    assert len(KINDS) >= 20
    english = {kind: catalogue.render(kind, "en", WORDS, name="Ann", link="/x").body for kind in KINDS}
    for kind in KINDS:
        text = catalogue.render(kind, language, WORDS, name="Ann", link="/x")
        assert "{" not in text.title + text.body
        assert "Ann" in text.mail_text
        assert language == "en" or text.body != english[kind]


def test_no_text_is_left_that_nothing_uses() -> None:
    import tomllib

    folder = resources.files("notifications.adapters") / "texts"
    for entry in folder.iterdir():
        texts = tomllib.loads(entry.read_text("utf-8"))
        assert {kind for kind, value in texts.items() if isinstance(value, dict)} == KINDS


def test_amounts_are_written_as_the_reader_writes_them(catalogue: TextCatalogue) -> None:
    assert "€1,000.00" in catalogue.render("payout_paid", "en", WORDS, name="Ann", link=None).body
    assert "1.000,00\N{NO-BREAK SPACE}€" in catalogue.render("payout_paid", "de", WORDS, name="Ann", link=None).body
    assert "¥5" in catalogue.render("application_submitted", "en", WORDS, name="Ann", link=None).body


def test_an_unknown_language_reads_english(catalogue: TextCatalogue) -> None:
    assert catalogue.render("payout_paid", "tlh", WORDS, name="Ann", link=None).mail_text.startswith("Hello Ann")


def test_what_people_wrote_is_escaped_in_html_and_left_alone_in_text(catalogue: TextCatalogue) -> None:
    words = {"challenge": "<script>alert(1)</script>{0}"}
    text = catalogue.render("application_accepted", "en", words, name="<b>", link=None)
    assert "<script>" not in text.mail_html
    assert "<script>alert(1)</script>{0}" in text.mail_text


CHARGED_AT = datetime(2030, 7, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "time_zone", "told"),
    [
        ("en", "America/Los_Angeles", "July 1, 2030, 8:00\N{NARROW NO-BREAK SPACE}PM (Pacific Daylight Time)"),
        ("en-GB", "America/Los_Angeles", "1 July 2030, 20:00 (Pacific Daylight Time)"),
        ("de", "Europe/Berlin", "2. Juli 2030, 05:00 (Mitteleuropäische Sommerzeit)"),
        ("fr", "Europe/Paris", "2 juillet 2030, 05:00 (heure d’été d’Europe centrale)"),
        ("es", "America/Los_Angeles", "1 de julio de 2030, 20:00 (hora de verano del Pacífico)"),
        ("en-GB", "UTC", "2 July 2030, 03:00 (UTC)"),
        ("fr", "UTC", "2 juillet 2030, 03:00 (UTC)"),
        ("pt-BR", "UTC", "July 2, 2030, 3:00\N{NARROW NO-BREAK SPACE}AM (UTC)"),  # as the English text around it
    ],
)
def test_moments_are_told_where_the_reader_is(catalogue: TextCatalogue, locale: str, time_zone: str, told: str) -> None:
    for kind, word in (("trial_started", "until"), ("trial_ending", "until"), ("subscription_payment_failed", "next")):
        text = catalogue.render(kind, locale, {**WORDS, word: CHARGED_AT}, name="Ann", link=None, time_zone=time_zone)
        assert told in text.body
        assert told in text.mail_text


@pytest.mark.parametrize("time_zone", ["", "America", "Nowhere/Land", "../../etc/passwd", "a\0b", "z" * 300])
def test_where_no_zone_is_known_moments_are_told_in_utc_and_say_so(catalogue: TextCatalogue, time_zone: str) -> None:
    text = catalogue.render("trial_started", "en-GB", {**WORDS, "until": CHARGED_AT}, name="Ann", link=None, time_zone=time_zone)
    assert "2 July 2030, 03:00 (UTC)" in text.body
    assert (
        "2 July 2030, 03:00 (UTC)" in catalogue.render("trial_started", "en-GB", {**WORDS, "until": CHARGED_AT}, name="A", link=None).body
    )


def test_a_word_that_is_text_stays_as_it_is(catalogue: TextCatalogue) -> None:
    words = {**WORDS, "until": "2030-01-02"}
    assert "until 2030-01-02." in catalogue.render("trial_started", "en", words, name="Ann", link=None, time_zone="Asia/Tokyo").body
