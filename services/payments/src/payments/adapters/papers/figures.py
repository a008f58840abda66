"""Amounts, rates and dates as they are written in a language (Unicode CLDR, by babel)."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from decimal import Decimal

import babel
from babel.dates import format_date
from babel.numbers import format_percent

from contracts.money import CURRENCY_EXPONENTS
from contracts.payments.document_views import Locale


class Figures:
    """How one language writes them. The digits of a currency are those of ISO 4217, as everywhere in payments, not CLDR's customs."""

    def __init__(self, locale: Locale) -> None:
        self._locale = babel.Locale.parse(locale.value)

    def money(self, amount_minor: int, currency: str) -> str:
        digits = CURRENCY_EXPONENTS[currency]
        pattern = copy.copy(self._locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        return str(pattern.apply(Decimal(amount_minor).scaleb(-digits), self._locale, currency=currency, currency_digits=False))

    def rate(self, basis_points: int) -> str:
        return str(format_percent(Decimal(basis_points).scaleb(-4), locale=self._locale, decimal_quantization=False))

    def day(self, at: datetime) -> str:
        """A day in UTC, with the month in words, which no two countries read differently."""
        return str(format_date(at.date(), format="long", locale=self._locale))

    def last_day_before(self, until: datetime) -> str:
        return self.day(until - timedelta(milliseconds=1))
