"""Let a subscription that was cancelled go on."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionView
from contracts.payments.subscriptions import UndoCancellation
from payments.domain.subscriptions.errors import PayerGone
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import own_subscription, payer_acts
from payments.usecases.subscriptions.recording import keep
from payments.usecases.subscriptions.views import subscription_view


@dataclass(frozen=True, slots=True)
class UndoCancellationHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, command: UndoCancellation, principal: Principal) -> SubscriptionView:
        """As long as the period lasts.

        Raises:
            SubscriptionNotFound, NotTheSubscriber, SubscriptionOver, NotCancelled.
            PayerGone: who would go on paying has left the organisation; name a payment method of your own first.
        """
        with self.unit_of_work() as work:
            subscription = own_subscription(work, command.subscription_id, principal)
            if not payer_acts(work, subscription):
                raise PayerGone
            return work.answer(subscription_view(keep(work, subscription.undo_cancellation()), principal))
