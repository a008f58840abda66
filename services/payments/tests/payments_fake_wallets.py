"""A processor that keeps payment methods as Stripe does."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.payments.views import PaymentMethodKind
from payments.domain.errors import ProviderUnavailable
from payments.usecases.ports import ProviderRefused
from payments.usecases.wallet_ports import SavedMethod


@dataclass
class FakeWallets:
    """Ids that begin with `pm_declined` are refused, `pm_debit…` are SEPA accounts, all others cards. A method has one owner for ever."""

    customers: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # the customer of each method, the latest last
    defaults: dict[str, str | None] = field(default_factory=dict)
    detached: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    away: bool = False

    def create_customer(self, user_id: str, *, key: str) -> str:
        return self.customers.setdefault(key, f"cus_{len(self.customers)}")

    def list(self, customer_id: str) -> tuple[SavedMethod, ...]:
        self._answer()
        return tuple(_method(id) for id, owner in reversed(self.kept.items()) if owner == customer_id)

    def default(self, customer_id: str) -> str | None:
        return self.defaults.get(customer_id)

    def set_default(self, customer_id: str, method_id: str | None, *, key: str) -> None:
        self.defaults[customer_id] = method_id

    def attach(self, customer_id: str, method_id: str, *, key: str) -> SavedMethod:
        if method_id.startswith("pm_declined"):
            raise ProviderRefused("card_declined")
        if method_id in self.detached or self.kept.get(method_id, customer_id) != customer_id:
            raise ProviderRefused("invalid_request_error")
        self.kept[method_id] = customer_id
        return _method(method_id)

    def detach(self, method_id: str, *, key: str) -> None:
        if (owner := self.kept.pop(method_id, None)) is None:
            raise ProviderRefused("invalid_request_error")
        self.detached.add(method_id)
        if self.defaults.get(owner) == method_id:
            self.defaults[owner] = None

    def delete_customer(self, customer_id: str, *, key: str) -> None:
        self._answer()
        self.deleted.append(customer_id)
        for method_id in [id for id, owner in self.kept.items() if owner == customer_id]:
            self.detach(method_id, key=key)

    def _answer(self) -> None:
        if self.away:
            raise ProviderUnavailable


def _method(method_id: str) -> SavedMethod:
    if method_id.startswith("pm_debit"):
        return SavedMethod(method_id, PaymentMethodKind.SEPA_DEBIT, "3000")
    return SavedMethod(method_id, PaymentMethodKind.CARD, "4242", "visa", 8, 2031)
