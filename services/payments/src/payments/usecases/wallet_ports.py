"""What the payment methods' use cases need: whose Stripe customer is whose, and what the processor keeps for a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.payments.views import PaymentMethodKind


class Customers(Protocol):
    """Whose Stripe customer is whose."""

    def get(self, user_id: str) -> str | None: ...
    def add(self, user_id: str, customer_id: str, at: datetime) -> None: ...
    def is_removing(self, user_id: str, method_id: str, call_key: str) -> bool:
        """Whether this very call began to remove the method, at an earlier attempt."""
        ...

    def begin_removal(self, user_id: str, method_id: str, call_key: str) -> None:
        """Remember it, for as long as a client may try again."""
        ...


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A card or bank account that the processor keeps for a customer."""

    id: str
    kind: PaymentMethodKind
    last4: str
    brand: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    bank_name: str | None = None


class Wallets(Protocol):
    """What the processor keeps: the numbers stay there.

    Raises:
        ProviderUnavailable: nobody knows whether it happened.
        ProviderRefused: it did not happen.
    """

    def create_customer(self, user_id: str, *, key: str) -> str: ...
    def list(self, customer_id: str) -> tuple[SavedMethod, ...]:
        """The latest first."""
        ...

    def default(self, customer_id: str) -> str | None: ...
    def set_default(self, customer_id: str, method_id: str | None, *, key: str) -> None: ...
    def attach(self, customer_id: str, method_id: str, *, key: str) -> SavedMethod: ...
    def detach(self, method_id: str, *, key: str) -> None: ...
    def delete_customer(self, customer_id: str, *, key: str) -> None:
        """For good, with what is still kept for it. One that is gone already is no refusal; nothing is kept for it."""
        ...
