"""What the payment methods' use cases share: the caller's customer, their methods, and how these are shown."""

from __future__ import annotations

from contracts.payments.views import PaymentMethodView
from payments.domain.wallet_errors import PaymentMethodNotFound
from payments.usecases.ports import UnitsOfWork
from payments.usecases.wallet_ports import SavedMethod, Wallets


def customer_of(unit_of_work: UnitsOfWork, user_id: str) -> str | None:
    """The caller's Stripe customer; nobody's unless they ever kept a payment method."""
    with unit_of_work() as work:
        return work.customers.get(user_id)


def own_method(wallets: Wallets, customer_id: str | None, method_id: str) -> SavedMethod:
    """Raises:
    PaymentMethodNotFound: it is not kept for this customer; somebody else's looks the same.
    """
    kept = wallets.list(customer_id) if customer_id else ()
    for method in kept:
        if method.id == method_id:
            return method
    raise PaymentMethodNotFound


def method_view(method: SavedMethod, default_id: str | None) -> PaymentMethodView:
    return PaymentMethodView(
        id=method.id,
        kind=method.kind,
        last4=method.last4,
        brand=method.brand,
        exp_month=method.exp_month,
        exp_year=method.exp_year,
        bank_name=method.bank_name,
        is_default=method.id == default_id,
    )
