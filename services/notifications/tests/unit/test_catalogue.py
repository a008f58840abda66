"""The texts: complete in every language, safe in HTML, amounts in the reader's form."""

import inspect
import re
from importlib import resources

import pytest

from contracts.money import Money
from notifications.adapters.catalogue import TextCatalogue
from notifications.domain import facts, subscriptions

MAILED = {"email_verification", "password_reset", "email_change", "email_change_notice", "organisation_invitation"}
KINDS = (
    set(re.findall(r'"((?:[a-z]+_)+[a-z]+)"', inspect.getsource(facts) + inspect.getsource(subscriptions))) - {"refresh_reused"} | MAILED
)
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
    "since": "2030-01-01",
    "next": "2030-01-03",
    "until": "2030-01-02 03:04 UTC",
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
