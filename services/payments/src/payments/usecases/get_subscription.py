"""Show a subscription."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionView
from contracts.payments.subscriptions import GetSubscription
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import paid_subscription
from payments.usecases.subscriptions.views import subscription_view


@dataclass(frozen=True, slots=True)
class GetSubscriptionHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetSubscription, principal: Principal) -> SubscriptionView:
        """Raises:
        SubscriptionNotFound.
        """
        with self.unit_of_work() as work:
            return subscription_view(paid_subscription(work, query.subscription_id, principal), principal)
