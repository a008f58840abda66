"""Periods of a subscription: whole months from an anchor day, in UTC, and the part of one that is left."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from contracts.payments.subscription_views import BillingInterval

MONTHS = {BillingInterval.MONTH: 1, BillingInterval.YEAR: 12}
_MILLISECOND = timedelta(milliseconds=1)


def period_end(start: datetime, interval: BillingInterval, anchor_day: int) -> datetime:
    """The end of the period that begins at `start`: the anchor day of a later month, or that month's last day where it has none.

    So what began on 31 January renews on 28 (or 29) February and on 31 March: the day is not lost.
    """
    months = start.month - 1 + MONTHS[interval]
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(anchor_day, monthrange(year, month)[1]))


def rounded_part(amount: int, part: timedelta, whole: timedelta, step: int = 1) -> int:
    """`amount` times `part` of `whole`, to the nearest multiple of `step` minor units, half up: rounded once, from the exact fraction."""
    numerator, denominator = amount * (part // _MILLISECOND), (whole // _MILLISECOND) * step
    return (2 * numerator + denominator) // (2 * denominator) * step
