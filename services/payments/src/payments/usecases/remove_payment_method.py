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

declare(
    {
        "wallet.removal_begun": "who asked to forget the method is recorded, Stripe still has it",
        "wallet.method_detached": "Stripe has forgotten the method, that is not answered",
    }
)


@dataclass(frozen=True, slots=True)
class RemovePaymentMethodHandler:
    unit_of_work: UnitsOfWork
    wallets: Wallets
    calls: Calls

    def __call__(self, command: RemovePaymentMethod, principal: Principal) -> Done:
        """Detach it. Was it the default, Stripe forgets that too; none takes its place by itself.

        Once detached it is nobody's: so that it was the caller's, and this call's business, is recorded before. Asked again
        after a crash the call goes on from there.

        Raises:
            PaymentMethodNotFound: it is not kept for the caller, or no longer.
        """
        user_id, method_id, key = principal.user_id, command.payment_method, self.calls.key()
        again = self._is_removing(user_id, method_id, key)
        if not again:
            own_method(self.wallets, customer_of(self.unit_of_work, user_id), method_id)
            with self.unit_of_work() as work:
                work.customers.begin_removal(user_id, method_id, key)
            reached("wallet.removal_begun")
        try:
            self.wallets.detach(method_id, key=f"detach:{key}")
        except ProviderRefused as refusal:
            if not again:
                raise PaymentMethodNotFound from refusal
        reached("wallet.method_detached")
        with self.unit_of_work() as work:
            return work.answer(Done())

    def _is_removing(self, user_id: str, method_id: str, key: str) -> bool:
        with self.unit_of_work() as work:
            return work.customers.is_removing(user_id, method_id, key)
