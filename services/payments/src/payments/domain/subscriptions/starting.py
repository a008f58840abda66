"""How a subscription begins: with a trial, or with a first period to be paid now."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.payments.subscription_views import SubscriptionStatus as Status
from payments.domain.subscriptions.periods import period_end
from payments.domain.subscriptions.plan import Plan
from payments.domain.subscriptions.subscription import NOTICE, Subscription


def begun(id: str, owner_id: str, payer_id: str, payment_method: str, plan: Plan, at: datetime, *, trial: bool) -> Subscription:
    """On trial, where the plan has one and the owner has not had one; else incomplete until its first bill is paid."""
    trial_end = at + timedelta(days=plan.trial_days)
    end = trial_end if trial else period_end(at, plan.terms.interval, at.day)
    notice_at = trial_end - NOTICE
    return Subscription(
        id=id,
        version=1,
        owner_id=owner_id,
        payer_id=payer_id,
        payment_method=payment_method,
        terms=plan.terms,
        status=Status.TRIALING if trial else Status.INCOMPLETE,
        anchor_day=trial_end.day if trial else at.day,
        period_start=at,
        period_end=end,
        created_at=at,
        notice_at=notice_at if trial and notice_at > at else None,
    )
