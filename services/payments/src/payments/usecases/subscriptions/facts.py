"""The events of subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from contracts.money import Price
from contracts.payments.events import (
    EntitlementChanged,
    SubscriptionChargebackClosed,
    SubscriptionChargebackOpened,
    SubscriptionCharged,
    SubscriptionEnded,
    SubscriptionPaymentFailed,
    SubscriptionPlanChanged,
    SubscriptionRefunded,
    SubscriptionRefundReturned,
    SubscriptionStarted,
    TrialEnding,
)
from contracts.payments.subscription_views import EndReason
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.subscriber import Subscriber
from payments.domain.subscriptions.subscription import Subscription


class _About(TypedDict):
    subscription_id: str
    owner_id: str
    payer_id: str
    plan_id: str
    plan_name: str


def _about(subscription: Subscription) -> _About:
    return {
        "subscription_id": subscription.id,
        "owner_id": subscription.owner_id,
        "payer_id": subscription.payer_id,
        "plan_id": subscription.terms.plan_id,
        "plan_name": subscription.terms.name,
    }


def started(subscription: Subscription, *, trial_until: datetime | None = None) -> SubscriptionStarted:
    return SubscriptionStarted(**_about(subscription), trial_until=trial_until)


def trial_ending(subscription: Subscription) -> TrialEnding:
    terms = subscription.renewal_terms
    return TrialEnding(
        **_about(subscription), ends_at=subscription.period_end, amount=Price(amount_minor=terms.price, currency=terms.currency)
    )


def charged(subscription: Subscription, bill: Bill, at: datetime) -> SubscriptionCharged:
    """Of the plan that the bill is for, paid by whom it was charged to."""
    about = _about(subscription) | {"payer_id": bill.payer_id, "plan_id": bill.terms.plan_id, "plan_name": bill.terms.name}
    return SubscriptionCharged(
        **about,
        bill_id=bill.id,
        kind=bill.kind,
        amount=Price(amount_minor=bill.amount, currency=bill.currency),
        period_start=bill.period_start,
        period_end=bill.period_end,
        paid_at=at,
    )


def payment_failed(subscription: Subscription, bill: Bill, code: str) -> SubscriptionPaymentFailed:
    """As the subscription stands after it."""
    comes = subscription.next_at if subscription.bill_id == bill.id else None
    return SubscriptionPaymentFailed(
        **_about(subscription),
        bill_id=bill.id,
        kind=bill.kind,
        amount=Price(amount_minor=bill.amount, currency=bill.currency),
        code=code,
        next_attempt_at=comes,
    )


def plan_changed(subscription: Subscription, previous_plan_id: str) -> SubscriptionPlanChanged:
    return SubscriptionPlanChanged(**_about(subscription), previous_plan_id=previous_plan_id)


def ended(subscription: Subscription) -> SubscriptionEnded:
    return SubscriptionEnded(**_about(subscription), reason=subscription.end_reason or EndReason.REQUESTED)


def refunded(subscription: Subscription, bill: Bill, amount: int, reason: str) -> SubscriptionRefunded:
    return SubscriptionRefunded(
        **_about(subscription), bill_id=bill.id, amount=Price(amount_minor=amount, currency=bill.currency), reason=reason
    )


def refund_returned(subscription: Subscription, bill: Bill, amount: int) -> SubscriptionRefundReturned:
    return SubscriptionRefundReturned(**_about(subscription), bill_id=bill.id, amount=Price(amount_minor=amount, currency=bill.currency))


def chargeback_opened(subscription: Subscription, chargeback: BillChargeback) -> SubscriptionChargebackOpened:
    return SubscriptionChargebackOpened(
        **_about(subscription),
        chargeback_id=chargeback.id,
        bill_id=chargeback.bill_id,
        amount=Price(amount_minor=chargeback.amount, currency=chargeback.currency),
        reason=chargeback.reason,
    )


def chargeback_closed(subscription: Subscription, chargeback: BillChargeback, *, won: bool) -> SubscriptionChargebackClosed:
    return SubscriptionChargebackClosed(**chargeback_opened(subscription, chargeback).model_dump(), won=won)


def entitlement_changed(subscriber: Subscriber, subscription: Subscription) -> EntitlementChanged:
    return EntitlementChanged(
        owner_id=subscriber.id,
        subscription_id=subscription.id,
        entitlements=subscriber.entitlement.names,
        valid_until=subscriber.entitlement.until,
        revision=subscriber.revision,
    )
