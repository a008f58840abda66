"""Change the plan of a subscription."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionStatus, SubscriptionView
from contracts.payments.subscriptions import ChangePlan
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.access import own_subscription
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.changing import terms_of
from payments.usecases.subscriptions.driving import ChargeDriver
from payments.usecases.subscriptions.recording import keep
from payments.usecases.subscriptions.views import subscription_view


@dataclass(frozen=True, slots=True)
class ChangePlanHandler:
    charges: ChargeDriver
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: ChangePlan, principal: Principal) -> SubscriptionView:
        """An upgrade is charged, prorated, and takes effect when that is paid; during a trial any change takes effect at once; all
        others with the next period.

        Raises:
            SubscriptionNotFound, NotTheSubscriber, PlanNotFound, PlanNotForThisOwner, SubscriptionOver, PaymentUnderWay, NotPaid,
            WillBeCancelled, PlanUnchanged.
            PaymentDeclined: the plan is as it was.
        """
        with self.charges.unit_of_work() as work:
            known = self.charges.begun_before(work)
            if known is None:
                subscription = own_subscription(work, command.subscription_id, principal)
                terms, at, calls = terms_of(work, subscription, command.plan_id), self.now(), self.charges.calls
                subscription.check_change(terms)
                if subscription.status is SubscriptionStatus.TRIALING:
                    changed = keep(work, subscription.switch(terms))
                    work.emit(facts.plan_changed(changed, subscription.terms.plan_id))
                    return work.answer(subscription_view(changed, principal))
                upgrade = subscription.upgrade_to(terms, at)
                if upgrade is None:
                    return work.answer(subscription_view(keep(work, subscription.switch_later(terms)), principal))
                billing = Billing(work, self.new_id, at, calls.key(), calls.driver())
                charging = keep(work, billing.upgrade(subscription, terms, upgrade))
                known = charging.saga_id or "", charging.id
        return self.charges.answer(*known, principal)
