"""The texts people read, by kind and language, and the mail around them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from contracts.money import CURRENCY_EXPONENTS, Money
from notifications.usecases.ports import Text

FALLBACK = "en"


class TextCatalogue:
    """Texts from `adapters/texts/<language>.toml`, mails from `adapters/templates`. HTML is escaped, text is not."""

    def __init__(self, public_url: str) -> None:
        folder = resources.files("notifications.adapters") / "texts"
        self._texts: dict[str, dict[str, Any]] = {
            entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        }
        loader = PackageLoader("notifications.adapters", "templates")
        # Escaping by file name: the HTML part escapes what people wrote, the text part must not.
        environment = Environment(loader=loader, autoescape=select_autoescape(["html"]), undefined=StrictUndefined)
        self._html, self._text = environment.get_template("mail.html"), environment.get_template("mail.txt")
        self._public_url = public_url.rstrip("/")

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._texts)

    def render(
        self, kind: str, locale: str, words: Mapping[str, str | Money | datetime], *, name: str, link: str | None, time_zone: str = "UTC"
    ) -> Text:
        language = locale.split("-")[0]
        texts = self._texts.get(language) or self._texts[FALLBACK]
        # Moments name months and zones: in the language of the text around them.
        counted, spoken = _known(locale), _known(locale if language in self._texts else FALLBACK)
        zone = _zone(time_zone)
        filled = {word: _told(value, counted, spoken, zone) for word, value in words.items()}
        title, body = texts[kind]["title"].format_map(filled), texts[kind]["body"].format_map(filled)
        parts = {
            "language": language if language in self._texts else FALLBACK,
            "greeting": texts["greeting"].format(name=name),
            "open": texts["open"],
            "closing": texts["closing"],
            "title": title,
            "body": body,
            "url": self._public_url + link if link else None,
        }
        return Text(title=title, body=body, mail_text=self._text.render(parts), mail_html=self._html.render(parts))


def _told(value: str | Money | datetime, counted: Locale, spoken: Locale, zone: tzinfo) -> str:
    if isinstance(value, Money):
        return _amount(value, counted)
    return _moment(value, spoken, zone) if isinstance(value, datetime) else value


def _amount(money: Money, locale: Locale) -> str:
    """The amount as the reader's language writes it: 1.000,00 € in German, €1,000.00 in English."""
    value = Decimal(money.amount_minor).scaleb(-CURRENCY_EXPONENTS[money.currency])
    return format_currency(value, money.currency, locale=locale)


def _moment(moment: datetime, locale: Locale, zone: tzinfo) -> str:
    """Day and time with the zone: a day alone is another one elsewhere, and somebody is charged before the day they were told."""
    there = moment.astimezone(zone)
    # By its long name: for most zones a language has no abbreviation, or one that means several.
    name = "UTC" if zone is UTC else get_timezone_name(there, width="long", locale=locale)
    return f"{format_date(there, 'long', locale)}, {format_time(there, 'short', locale=locale)} ({name})"


def _known(locale: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale(FALLBACK)


def _zone(name: str) -> tzinfo:
    """UTC where the name is none: what is not known must not keep a person from being told."""
    try:
        return UTC if name in ("", "UTC") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
