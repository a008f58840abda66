"""End a subscription now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.subscription_views import EndReason, SubscriptionView
from contracts.payments.subscriptions import EndSubscription
from payments.domain.errors import FinanceOnly
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import visible_subscription
from payments.usecases.subscriptions.ending import end
from payments.usecases.subscriptions.views import subscription_view
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class EndSubscriptionHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: EndSubscription, principal: Principal) -> SubscriptionView:
        """What it entitles to ends with it. A charge that is under way is given back by itself, should it still succeed.

        Raises:
            SubscriptionNotFound, FinanceOnly, SubscriptionOver.
        """
        with self.unit_of_work() as work:
            subscription = visible_subscription(work, command.subscription_id, principal)
            if not is_finance(principal):
                raise FinanceOnly
            ended = end(work, subscription, subscription.end(EndReason.STAFF, self.now()))
            work.act("subscriptions.ended", ended.id, command.reason, principal)
            return work.answer(subscription_view(ended, principal))
