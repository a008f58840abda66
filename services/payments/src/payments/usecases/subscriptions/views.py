"""Plans, subscriptions and bills as callers see them."""

from __future__ import annotations

from chassis.principal import Principal
from contracts.money import Money, Price
from contracts.payments.subscription_views import (
    BillChargebackView,
    BillView,
    EntitlementsView,
    PlanView,
    SubscriptionStatus,
    SubscriptionView,
)
from contracts.payments.views import ChargebackStatus
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.plan import Plan
from payments.domain.subscriptions.subscriber import Subscriber
from payments.domain.subscriptions.subscription import Subscription


def plan_view(plan: Plan) -> PlanView:
    terms = plan.terms
    return PlanView(
        id=plan.id,
        version=plan.version,
        name=terms.name,
        audience=terms.audience,
        interval=terms.interval,
        price=Price(amount_minor=terms.price, currency=terms.currency),
        rank=terms.rank,
        trial_days=plan.trial_days,
        entitlements=terms.entitlements,
        offered=plan.offered,
    )


def subscription_view(subscription: Subscription, principal: Principal) -> SubscriptionView:
    """What this person sees: the link to the payer's bank is shown to the payer alone."""
    terms, status = subscription.terms, subscription.status
    action = subscription.action if principal.user_id == subscription.payer_id else None
    return SubscriptionView(
        id=subscription.id,
        version=subscription.version,
        owner_id=subscription.owner_id,
        payer_id=subscription.payer_id,
        plan_id=terms.plan_id,
        plan_name=terms.name,
        price=Price(amount_minor=terms.price, currency=terms.currency),
        interval=terms.interval,
        status=status,
        period_start=subscription.period_start,
        period_end=subscription.period_end,
        cancel_at_period_end=subscription.cancel_at_period_end,
        next_plan_id=subscription.next_terms.plan_id if subscription.next_terms else None,
        payment_under_way=subscription.charging,
        next_attempt_at=subscription.next_at if status is SubscriptionStatus.PAST_DUE else None,
        gives_up_at=subscription.next_at if status is SubscriptionStatus.UNPAID else None,
        action_url=action.url if action else None,
        action_client_secret=action.client_secret if action else None,
        action_expires_at=action.expires_at if action else None,
        created_at=subscription.created_at,
        ended_at=subscription.ended_at,
        end_reason=subscription.end_reason,
    )


def bill_view(bill: Bill) -> BillView:
    return BillView(
        id=bill.id,
        version=bill.version,
        subscription_id=bill.subscription_id,
        kind=bill.kind,
        status=bill.status,
        plan_id=bill.terms.plan_id,
        plan_name=bill.terms.name,
        amount=Price(amount_minor=bill.amount, currency=bill.currency),
        refunded=Money(amount_minor=bill.refunded, currency=bill.currency),
        refunding=bill.refunding > 0,
        charged_back=Money(amount_minor=bill.charged_back, currency=bill.currency),
        period_start=bill.period_start,
        period_end=bill.period_end,
        failure_code=bill.failure_code,
        created_at=bill.created_at,
        paid_at=bill.paid_at,
    )


def bill_chargeback_view(chargeback: BillChargeback) -> BillChargebackView:
    taken = chargeback.amount if chargeback.taken and chargeback.status is not ChargebackStatus.WON else 0
    return BillChargebackView(
        id=chargeback.id,
        version=chargeback.version,
        subscription_id=chargeback.subscription_id,
        bill_id=chargeback.bill_id,
        amount=Price(amount_minor=chargeback.amount, currency=chargeback.currency),
        taken=Money(amount_minor=taken, currency=chargeback.currency),
        reason=chargeback.reason,
        status=chargeback.status,
        evidence_due_by=chargeback.evidence_due_by,
        created_at=chargeback.created_at,
        updated_at=chargeback.updated_at,
    )


def entitlements_view(subscriber: Subscriber) -> EntitlementsView:
    return EntitlementsView(
        owner_id=subscriber.id,
        entitlements=subscriber.entitlement.names,
        valid_until=subscriber.entitlement.until,
        revision=subscriber.revision,
        trial_available=not subscriber.trial_used,
    )
