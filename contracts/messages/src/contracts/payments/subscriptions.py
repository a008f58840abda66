"""What may be asked about plans and subscriptions. Prices and parties never come from a body."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Command, LongText, Name, Query, ShortText
from contracts.ids import BillId, SubscriptionId
from contracts.money import Price
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from contracts.payments.commands import ChargebackId, PaymentMethod
from contracts.payments.subscription_views import (
    BillChargebackView,
    BillingInterval,
    BillView,
    Entitlement,
    EntitlementsView,
    OwnerId,
    PlanAudience,
    PlanChangeView,
    PlanId,
    PlanView,
    SubscriptionStatus,
    SubscriptionView,
)


class _OfSubscriptions:
    service: ClassVar[str] = "subscriptions"


class ListPlans(_OfSubscriptions, Query[Page[PlanView]]):
    """What can be subscribed to, the cheapest of an audience first; there are never more than a page of them."""

    audience: PlanAudience | None = None


class PutPlan(_OfSubscriptions, Command[PlanView]):
    """Finance: make a plan, or change it for those who subscribe from now on. Its audience, interval and currency are fixed."""

    plan_id: PlanId
    name: Name
    audience: PlanAudience
    interval: BillingInterval
    price: Price
    rank: Annotated[int, Field(ge=0, le=1000)]
    trial_days: Annotated[int, Field(ge=0, le=90)] = 0
    entitlements: Annotated[tuple[Entitlement, ...], Field(min_length=1, max_length=50)]
    offered: bool = True


class StartSubscription(_OfSubscriptions, Command[SubscriptionView]):
    """Subscribe, for oneself or for an organisation one administers, and pay with a saved payment method; a first trial costs nothing."""

    plan_id: PlanId
    payment_method: PaymentMethod
    owner_id: OwnerId | None = None


class ListSubscriptions(_OfSubscriptions, Query[Page[SubscriptionView]]):
    """The caller's own, or those of an organisation they administer; the latest first."""

    owner_id: OwnerId | None = None
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetSubscription(_OfSubscriptions, Query[SubscriptionView]):
    subscription_id: SubscriptionId


class PreviewPlanChange(_OfSubscriptions, Query[PlanChangeView]):
    """What a change to this plan would cost now, and when it would take effect."""

    subscription_id: SubscriptionId
    plan_id: PlanId


class ChangePlan(_OfSubscriptions, Command[SubscriptionView]):
    """An upgrade takes effect now, for the prorated difference; anything else at the end of the period.

    Naming the plan one has takes back a change that waits.
    """

    subscription_id: SubscriptionId
    plan_id: PlanId


class CancelSubscription(_OfSubscriptions, Command[SubscriptionView]):
    """It ends with the period that is paid for; at once where none is."""

    subscription_id: SubscriptionId


class UndoCancellation(_OfSubscriptions, Command[SubscriptionView]):
    """It goes on after all."""

    subscription_id: SubscriptionId


class ResumeSubscription(_OfSubscriptions, Command[SubscriptionView]):
    """Pay what is past due now; after it was given up as unpaid, begin a new period now. With another saved method where one is named."""

    subscription_id: SubscriptionId
    payment_method: PaymentMethod | None = None


class SetSubscriptionPaymentMethod(_OfSubscriptions, Command[SubscriptionView]):
    """Pay with another of the caller's saved methods from the next charge on."""

    subscription_id: SubscriptionId
    payment_method: PaymentMethod


class ListBills(_OfSubscriptions, Query[Page[BillView]]):
    """What a subscription has cost, the latest first."""

    subscription_id: SubscriptionId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetEntitlements(_OfSubscriptions, Query[EntitlementsView]):
    """The caller's own, or those of an organisation they administer."""

    owner_id: OwnerId | None = None


class ListAllSubscriptions(_OfSubscriptions, Query[Page[SubscriptionView]]):
    """Finance: the latest first, of one status or of all."""

    status: SubscriptionStatus | None = None
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class EndSubscription(_OfSubscriptions, Command[SubscriptionView]):
    """Finance: end it now. What was paid stays paid unless it is refunded; a charge under way is given back when it arrives."""

    subscription_id: SubscriptionId
    reason: ShortText


class RefundBill(_OfSubscriptions, Command[BillView]):
    """Finance: give back what a bill has cost, or a part of it. The subscription goes on."""

    bill_id: BillId
    amount: Price | None = None
    reason: ShortText


class ListBillChargebacks(_OfSubscriptions, Query[Page[BillChargebackView]]):
    """Finance: those of subscriptions' bills, the latest first."""

    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class SubmitBillChargebackEvidence(_OfSubscriptions, Command[BillChargebackView]):
    """Finance: tell the payer's bank why the payment stands; once, before the bank's deadline."""

    chargeback_id: ChargebackId
    evidence: LongText
