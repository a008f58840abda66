"""Say with what a subscription is paid from now on."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionView
from contracts.payments.subscriptions import SetSubscriptionPaymentMethod
from payments.usecases.ports import UnitsOfWork
from payments.usecases.subscriptions.access import check_saved, own_subscription
from payments.usecases.subscriptions.recording import keep
from payments.usecases.subscriptions.views import subscription_view
from payments.usecases.wallet_ports import Wallets


@dataclass(frozen=True, slots=True)
class SetSubscriptionPaymentMethodHandler:
    unit_of_work: UnitsOfWork
    wallets: Wallets

    def __call__(self, command: SetSubscriptionPaymentMethod, principal: Principal) -> SubscriptionView:
        """The caller pays from now on. A charge that is under way goes on with what it was begun with.

        Raises:
            SubscriptionNotFound, NotTheSubscriber, SubscriptionOver, ProviderUnavailable.
            PaymentMethodRefused: it is not one that the caller has saved.
        """
        with self.unit_of_work() as work:
            own_subscription(work, command.subscription_id, principal)
        check_saved(self.unit_of_work, self.wallets, principal, command.payment_method)
        with self.unit_of_work() as work:
            subscription = own_subscription(work, command.subscription_id, principal)
            return work.answer(subscription_view(keep(work, subscription.pay_with(principal.user_id, command.payment_method)), principal))
