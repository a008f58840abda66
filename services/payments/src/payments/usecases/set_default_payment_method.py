"""Choose the payment method that is offered first."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.crash_points import declare, reached
from chassis.principal import Principal
from contracts.payments.commands import SetDefaultPaymentMethod
from contracts.payments.views import PaymentMethodView
from payments.domain.wallet_errors import PaymentMethodNotFound, PaymentMethodRefused
from payments.usecases.ports import Calls, ProviderRefused, UnitsOfWork
from payments.usecases.wallet_ports import Wallets
from payments.usecases.wallets import customer_of, method_view, own_method

declare({"wallet.default_chosen": "Stripe offers the method first, that is not answered"})


@dataclass(frozen=True, slots=True)
class SetDefaultPaymentMethodHandler:
    unit_of_work: UnitsOfWork
    wallets: Wallets
    calls: Calls

    def __call__(self, command: SetDefaultPaymentMethod, principal: Principal) -> PaymentMethodView:
        """Raises:
        PaymentMethodNotFound: it is not kept for the caller.
        """
        customer_id = customer_of(self.unit_of_work, principal.user_id)
        method = own_method(self.wallets, customer_id, command.payment_method)
        if customer_id is None:
            raise PaymentMethodNotFound
        try:
            self.wallets.set_default(customer_id, method.id, key=f"default:{self.calls.key()}")
        except ProviderRefused as refusal:
            raise PaymentMethodRefused(refusal.code) from refusal
        reached("wallet.default_chosen")
        with self.unit_of_work() as work:
            return work.answer(method_view(method, method.id))
