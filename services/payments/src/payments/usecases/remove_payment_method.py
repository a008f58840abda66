"""Forget a card or bank account."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.crash_points import declare, reached
from chassis.principal import Principal
from contracts.base import Done
from contracts.payments.commands import RemovePaymentMethod
from payments.domain.wallet_errors import PaymentMethodNotFound
from payments.usecases.ports import Calls, ProviderRefused, UnitsOfWork
from payments.usecases.wallet_ports import Wallets
from payments.usecases.wallets import customer_of, own_method

declare({"wallet.method_detached": "Stripe has forgotten the method, that is not answered"})


@dataclass(frozen=True, slots=True)
class RemovePaymentMethodHandler:
    unit_of_work: UnitsOfWork
    wallets: Wallets
    calls: Calls

    def __call__(self, command: RemovePaymentMethod, principal: Principal) -> Done:
        """Detach it. Was it the default, Stripe forgets that too; none takes its place by itself.

        Raises:
            PaymentMethodNotFound: it is not kept for the caller, or no longer.
        """
        method = own_method(self.wallets, customer_of(self.unit_of_work, principal.user_id), command.payment_method)
        try:
            self.wallets.detach(method.id, key=f"detach:{self.calls.key()}")
        except ProviderRefused as refusal:
            raise PaymentMethodNotFound from refusal
        reached("wallet.method_detached")
        with self.unit_of_work() as work:
            return work.answer(Done())
