"""Plans, what is agreed on with a subscriber, and what a change from one to another costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.subscription_views import BillingInterval, PlanAudience
from payments.domain.currencies import check_payable, step_of
from payments.domain.subscriptions.errors import PlanIsFixed, PlanPriceTooLow
from payments.domain.subscriptions.periods import MONTHS, period_end, rounded_part

# No processor charges less than about half a unit of the great currencies; this is twice that, in minor units.
SMALLEST_CHARGE = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed on: a copy of the plan as it was then. Amounts in minor units."""

    plan_id: str
    name: str
    audience: PlanAudience
    interval: BillingInterval
    price: int
    currency: str
    rank: int
    entitlements: tuple[str, ...]

    def upgrades_to(self, other: Terms) -> bool:
        """Whether the other gives at least as much for at least as long, and more of one of them."""
        ours, theirs = (MONTHS[self.interval], self.rank), (MONTHS[other.interval], other.rank)
        return theirs[0] >= ours[0] and theirs[1] >= ours[1] and theirs != ours


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    version: int
    terms: Terms
    trial_days: int
    offered: bool

    def changed_to(self, other: Plan) -> Plan:
        """For those who subscribe from now on.

        Raises:
            PlanIsFixed.
        """
        ours, theirs = ((plan.terms.audience, plan.terms.interval, plan.terms.currency) for plan in (self, other))
        if ours != theirs:
            raise PlanIsFixed
        return replace(other, version=self.version)


def new_plan(terms: Terms, *, trial_days: int, offered: bool) -> Plan:
    """Raises:
    PlanPriceTooLow, AmountNotPayable: its price cannot be charged.
    """
    if terms.price < SMALLEST_CHARGE:
        raise PlanPriceTooLow(SMALLEST_CHARGE)
    check_payable(terms.price, step_of(terms.currency), "/price/amount_minor")
    return Plan(terms.plan_id, 1, terms, trial_days, offered)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`charge` is for the time from `since` to `until`."""

    charge: int
    since: datetime
    until: datetime


def upgrade(old: Terms, new: Terms, start: datetime, end: datetime, at: datetime) -> Upgrade | None:
    """What an upgrade costs now, or None: it waits for the period's end.

    For the same interval the period stays, and the difference of the prices is charged for the part of it that is left. For a
    longer one a new period begins now, and what is left of the old one is taken off its price. Either is rounded once, half up, from
    the exact fraction of milliseconds; so it is never off by more than half a minor unit. Too small to be charged, it waits.
    """
    if not old.upgrades_to(new):
        return None
    left, whole, step = end - at, end - start, step_of(new.currency)
    if new.interval is old.interval:
        charge, until = rounded_part(new.price - old.price, left, whole, step), end
    else:
        charge, until = new.price - rounded_part(old.price, left, whole, step), period_end(at, new.interval, at.day)
    return Upgrade(charge, at, until) if charge >= SMALLEST_CHARGE else None
