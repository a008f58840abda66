"""Pay for a subscription that was not paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.subscription_views import SubscriptionStatus, SubscriptionView
from contracts.payments.subscriptions import ResumeSubscription
from payments.domain.subscriptions.subscription import Subscription
from payments.usecases.ports import UnitOfWork
from payments.usecases.subscriptions.access import check_saved, own_subscription
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.driving import ChargeDriver
from payments.usecases.subscriptions.recording import keep
from payments.usecases.wallet_ports import Wallets


@dataclass(frozen=True, slots=True)
class ResumeSubscriptionHandler:
    charges: ChargeDriver
    wallets: Wallets
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: ResumeSubscription, principal: Principal) -> SubscriptionView:
        """Past due: the bill that is open. Unpaid: a period that begins now, because nothing was had since. The payer is there, so a
        bank may ask them.

        Raises:
            SubscriptionNotFound, NotTheSubscriber, SubscriptionOver, PaymentUnderWay, NothingDue, PaymentMethodRefused,
            ProviderUnavailable.
            PaymentDeclined: it is as it was, and tried again by itself as before.
        """
        with self.charges.unit_of_work() as work:
            known = self.charges.begun_before(work)
            if known is None:
                own_subscription(work, command.subscription_id, principal).check_resumption()
        if known is None:
            if command.payment_method is not None:
                check_saved(self.charges.unit_of_work, self.wallets, principal, command.payment_method)
            with self.charges.unit_of_work() as work:
                charging = keep(work, self._charged(work, command, principal))
                known = charging.saga_id or "", charging.id
        return self.charges.answer(*known, principal)

    def _charged(self, work: UnitOfWork, command: ResumeSubscription, principal: Principal) -> Subscription:
        subscription = own_subscription(work, command.subscription_id, principal)
        subscription.check_resumption()
        if command.payment_method is not None:
            subscription = subscription.pay_with(principal.user_id, command.payment_method)
        calls = self.charges.calls
        billing = Billing(work, self.new_id, self.now(), calls.key(), calls.driver())
        unpaid = subscription.status is SubscriptionStatus.UNPAID
        return billing.resumption(subscription) if unpaid else billing.renewal(subscription)
