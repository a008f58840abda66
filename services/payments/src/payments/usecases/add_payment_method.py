"""Keep a card or bank account for later payments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.crash_points import declare, reached
from chassis.principal import Principal
from contracts.payments.commands import AddPaymentMethod
from contracts.payments.views import PaymentMethodView
from payments.domain.errors import EmailNotVerified
from payments.domain.wallet_errors import PaymentMethodRefused, TooManyPaymentMethods
from payments.usecases.ports import Calls, ProviderRefused, UnitsOfWork
from payments.usecases.wallet_ports import Wallets
from payments.usecases.wallets import method_view

AT_MOST = 20
declare(
    {
        "wallet.customer_made": "Stripe has made the customer, it is not recorded",
        "wallet.method_attached": "Stripe keeps the method, it is neither the default nor answered with",
        "wallet.first_default_set": "Stripe offers the method first, it is not answered with",
    }
)


@dataclass(frozen=True, slots=True)
class AddPaymentMethodHandler:
    unit_of_work: UnitsOfWork
    wallets: Wallets
    calls: Calls
    now: Callable[[], datetime]

    def __call__(self, command: AddPaymentMethod, principal: Principal) -> PaymentMethodView:
        """Attach it to the caller's customer, made when first needed. The first one becomes the default.

        Nothing here moves money, and every call is safe to repeat: so there is no saga. A method that is kept already is
        answered as it is.

        Raises:
            EmailNotVerified, TooManyPaymentMethods.
            PaymentMethodRefused: with the processor's code, at `/payment_method`.
        """
        if not principal.email_verified:
            raise EmailNotVerified
        customer_id, key = self._customer(principal.user_id), self.calls.key()
        kept = self.wallets.list(customer_id)
        default = self.wallets.default(customer_id)
        if len(kept) >= AT_MOST and all(method.id != command.payment_method for method in kept):
            raise TooManyPaymentMethods
        try:
            method = self.wallets.attach(customer_id, command.payment_method, key=f"attach:{key}")
            reached("wallet.method_attached")
            if command.make_default or not any(other.id == default for other in kept):
                self.wallets.set_default(customer_id, method.id, key=f"default:{key}")
                reached("wallet.first_default_set")
                default = method.id
        except ProviderRefused as refusal:
            raise PaymentMethodRefused(refusal.code) from refusal
        with self.unit_of_work() as work:
            return work.answer(method_view(method, default))

    def _customer(self, user_id: str) -> str:
        """Of two calls at once the second finds what the first recorded: Stripe makes one customer for one key."""
        with self.unit_of_work() as work:
            known = work.customers.get(user_id)
        if known is not None:
            return known
        try:
            made = self.wallets.create_customer(user_id, key=f"customer:{user_id}")
        except ProviderRefused as refusal:
            raise PaymentMethodRefused(refusal.code) from refusal
        reached("wallet.customer_made")
        with self.unit_of_work() as work:
            known = work.customers.get(user_id)
            if known is None:
                work.customers.add(user_id, made, self.now())
        return known or made
