"""Which plan a subscription may change to."""

from __future__ import annotations

from payments.domain.subscriptions.errors import PlanNotForThisOwner, PlanNotFound
from payments.domain.subscriptions.plan import Terms
from payments.domain.subscriptions.subscription import Subscription
from payments.usecases.ports import UnitOfWork


def terms_of(work: UnitOfWork, subscription: Subscription, plan_id: str) -> Terms:
    """What would be agreed on. The plan that it has stays at what was agreed on, also when it is named again.

    Raises:
        PlanNotFound.
        PlanNotForThisOwner: it is for others, in another currency, or no longer offered.
    """
    ours = subscription.terms
    if plan_id == ours.plan_id:
        return ours
    plan = work.plans.get(plan_id)
    if plan is None:
        raise PlanNotFound
    theirs = plan.terms
    if not plan.offered or theirs.audience is not ours.audience or theirs.currency != ours.currency:
        raise PlanNotForThisOwner
    return theirs
