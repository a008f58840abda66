"""List the cards and bank accounts that are kept for the caller."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.views import PaymentMethodView
from payments.usecases.ports import UnitsOfWork
from payments.usecases.wallet_ports import Wallets
from payments.usecases.wallets import customer_of, method_view


@dataclass(frozen=True, slots=True)
class ListPaymentMethodsHandler:
    unit_of_work: UnitsOfWork
    wallets: Wallets

    def __call__(self, principal: Principal) -> Page[PaymentMethodView]:
        """The latest first; Stripe alone knows them."""
        customer_id = customer_of(self.unit_of_work, principal.user_id)
        if customer_id is None:
            return Page(items=(), next_cursor=None)
        default = self.wallets.default(customer_id)
        return Page(items=tuple(method_view(method, default) for method in self.wallets.list(customer_id)), next_cursor=None)
