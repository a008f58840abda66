"""Tell what a change of plans would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.money import Money
from contracts.payments.subscription_views import PlanChangeView, SubscriptionStatus
from contracts.payments.subscriptions import PreviewPlanChange
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import visible_subscription
from payments.usecases.subscriptions.changing import terms_of


@dataclass(frozen=True, slots=True)
class PreviewPlanChangeHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, query: PreviewPlanChange, principal: Principal) -> PlanChangeView:
        """As if it were asked for at this moment.

        Raises:
            SubscriptionNotFound, PlanNotFound, PlanNotForThisOwner, SubscriptionOver, PaymentUnderWay, NotPaid, WillBeCancelled,
            PlanUnchanged.
        """
        with self.unit_of_work() as work:
            subscription, at = visible_subscription(work, query.subscription_id, principal), self.now()
            terms = terms_of(work, subscription, query.plan_id)
            subscription.check_change(terms)
            upgrade = subscription.upgrade_to(terms, at)
        now = at if subscription.status is SubscriptionStatus.TRIALING else subscription.period_end
        return PlanChangeView(
            plan_id=terms.plan_id,
            takes_effect_at=upgrade.since if upgrade else now,
            charge=Money(amount_minor=upgrade.charge if upgrade else 0, currency=terms.currency),
            period_end=upgrade.until if upgrade else subscription.period_end,
        )
