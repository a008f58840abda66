"""What payments shows of plans, subscriptions, their bills and what they entitle to."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from contracts.base import UtcDatetime, View
from contracts.ids import BillId, SubscriptionId, UserId
from contracts.money import Money, Price
from contracts.payments.views import ChargebackStatus

PlanId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,60}$")]
Entitlement = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{1,60}$")]  # what others gate by, such as `matching.boost`
OwnerId = Annotated[str, StringConstraints(pattern=r"^(user|organisation)_[0-7][0-9a-hjkmnp-tv-z]{25}$")]


class PlanAudience(StrEnum):
    """Whom a plan is for: a person who offers expertise, or an organisation."""

    EXPERT = "expert"
    ORGANISATION = "organisation"


class BillingInterval(StrEnum):
    MONTH = "month"
    YEAR = "year"


class SubscriptionStatus(StrEnum):
    """`incomplete`: the first payment is under way. `past_due`: a renewal failed and is tried again; what is entitled to stays.
    `unpaid`: it was tried for the last time, nothing is entitled to until somebody pays. `cancelled` and `failed` (the first
    payment) are the end.
    """

    INCOMPLETE = "incomplete"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    FAILED = "failed"


class EndReason(StrEnum):
    """`payment_failed` also when the payer's bank took a payment back for good."""

    REQUESTED = "requested"
    PAYMENT_FAILED = "payment_failed"
    STAFF = "staff"


class BillKind(StrEnum):
    """`upgrade`: the prorated difference for the rest of a period. `resumption`: a new period after the subscription was unpaid."""

    FIRST = "first"
    RENEWAL = "renewal"
    UPGRADE = "upgrade"
    RESUMPTION = "resumption"


class BillStatus(StrEnum):
    """`void`: it will not be charged any more."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"


class PlanView(View):
    """`rank` orders the plans of one audience: to a higher one is an upgrade. `offered`: it can be subscribed to."""

    id: PlanId
    version: int
    name: str
    audience: PlanAudience
    interval: BillingInterval
    price: Price
    rank: int
    trial_days: int
    entitlements: tuple[Entitlement, ...]
    offered: bool


class SubscriptionView(View):
    """`price` is what was agreed on: a plan whose price changes later costs its subscribers what it did.

    `next_plan_id` takes over at `period_end`. While a bank wants to hear from the payer, the payer sees where, as for an escrow.
    """

    id: SubscriptionId
    version: int
    owner_id: OwnerId
    payer_id: UserId
    plan_id: PlanId
    plan_name: str
    price: Price
    interval: BillingInterval
    status: SubscriptionStatus
    period_start: UtcDatetime
    period_end: UtcDatetime
    cancel_at_period_end: bool
    next_plan_id: PlanId | None = None
    payment_under_way: bool
    next_attempt_at: UtcDatetime | None = None
    gives_up_at: UtcDatetime | None = None
    action_url: str | None = None
    action_client_secret: str | None = None
    action_expires_at: UtcDatetime | None = None
    created_at: UtcDatetime
    ended_at: UtcDatetime | None = None
    end_reason: EndReason | None = None


class PlanChangeView(View):
    """What a change would do: at `takes_effect_at`, for `charge` now, and what is paid for then ends at `period_end`."""

    plan_id: PlanId
    takes_effect_at: UtcDatetime
    charge: Money
    period_end: UtcDatetime


class BillView(View):
    """One period, or the rest of one, and what it cost. `refunded` is part of `amount`; `charged_back` is what the payer's bank has."""

    id: BillId
    version: int
    subscription_id: SubscriptionId
    kind: BillKind
    status: BillStatus
    plan_id: PlanId
    plan_name: str
    amount: Price
    refunded: Money
    refunding: bool
    charged_back: Money | None = None
    period_start: UtcDatetime
    period_end: UtcDatetime
    failure_code: str | None = None
    created_at: UtcDatetime
    paid_at: UtcDatetime | None = None


class BillChargebackView(View):
    """The payer's bank wants back what a bill has cost. `taken` is what it has: nothing while it only asks, and once it is won."""

    id: str
    version: int
    subscription_id: SubscriptionId
    bill_id: BillId
    amount: Price
    taken: Money
    reason: str
    status: ChargebackStatus
    evidence_due_by: UtcDatetime | None
    created_at: UtcDatetime
    updated_at: UtcDatetime


class EntitlementsView(View):
    """What an owner is entitled to, until `valid_until` at the latest. `revision` grows with every change."""

    owner_id: OwnerId
    entitlements: tuple[Entitlement, ...]
    valid_until: UtcDatetime | None = None
    revision: int
    trial_available: bool
