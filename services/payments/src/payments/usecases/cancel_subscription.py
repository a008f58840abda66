"""Let a subscription end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionView
from contracts.payments.subscriptions import CancelSubscription
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import check_ends_for, paid_subscription
from payments.usecases.subscriptions.ending import end
from payments.usecases.subscriptions.recording import keep
from payments.usecases.subscriptions.views import subscription_view


@dataclass(frozen=True, slots=True)
class CancelSubscriptionHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: CancelSubscription, principal: Principal) -> SubscriptionView:
        """With the period that is paid for, or the trial; at once where nothing is paid for. Asked again it changes nothing.
        For whoever acts for its owner, and for who pays: also one who has left the organisation that owns it.

        Raises:
            SubscriptionNotFound, NotTheSubscriber, SubscriptionOver.
        """
        with self.unit_of_work() as work:
            subscription = paid_subscription(work, command.subscription_id, principal)
            check_ends_for(work, subscription, principal)
            after = subscription.cancel(self.now())
            if after != subscription:
                after = end(work, subscription, after) if after.over else keep(work, after)
            return work.answer(subscription_view(after, principal))
