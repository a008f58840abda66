"""Saved cards and bank accounts, kept by Stripe: https://docs.stripe.com/api/payment_methods."""

from __future__ import annotations

from dataclasses import dataclass

import stripe

from contracts.payments.views import PaymentMethodKind
from payments.adapters.stripe_client import changing, looking
from payments.usecases.ports import ProviderRefused
from payments.usecases.wallet_ports import SavedMethod

_KINDS = frozenset(PaymentMethodKind)
_GONE = "resource_missing"  # https://docs.stripe.com/error-codes


@dataclass(frozen=True, slots=True)
class StripeWallets:
    client: stripe.StripeClient

    def create_customer(self, user_id: str, *, key: str) -> str:
        with changing():
            return self.client.v1.customers.create({"metadata": {"user_id": user_id}}, {"idempotency_key": key}).id

    def list(self, customer_id: str) -> tuple[SavedMethod, ...]:
        with looking():
            try:
                listed = self.client.v1.customers.payment_methods.list(customer_id, {"limit": 100})
            except stripe.InvalidRequestError as error:
                if error.code != _GONE:
                    raise
                return ()
            return tuple(_saved(method) for method in listed.data if method.type in _KINDS)

    def default(self, customer_id: str) -> str | None:
        with looking():
            settings = getattr(self.client.v1.customers.retrieve(customer_id), "invoice_settings", None)  # a deleted one has none
        method = settings.default_payment_method if settings else None
        return method if method is None or isinstance(method, str) else method.id

    def set_default(self, customer_id: str, method_id: str | None, *, key: str) -> None:
        with changing():
            self.client.v1.customers.update(
                customer_id, {"invoice_settings": {"default_payment_method": method_id or ""}}, {"idempotency_key": key}
            )

    def attach(self, customer_id: str, method_id: str, *, key: str) -> SavedMethod:
        with changing():
            method = self.client.v1.payment_methods.attach(method_id, {"customer": customer_id}, {"idempotency_key": key})
        if method.type not in _KINDS:
            self.detach(method.id, key=f"{key}:undo")
            raise ProviderRefused("payment_method_type_not_supported")
        return _saved(method)

    def detach(self, method_id: str, *, key: str) -> None:
        with changing():
            self.client.v1.payment_methods.detach(method_id, {}, {"idempotency_key": key})

    def delete_customer(self, customer_id: str, *, key: str) -> None:
        with changing():
            try:
                self.client.v1.customers.delete(customer_id, options={"idempotency_key": key})
            except stripe.InvalidRequestError as error:
                if error.code != _GONE:
                    raise


def _saved(method: stripe.PaymentMethod) -> SavedMethod:
    kind = PaymentMethodKind(method.type)
    if kind is PaymentMethodKind.CARD and (card := method.card):
        return SavedMethod(method.id, kind, card.last4, card.brand, card.exp_month, card.exp_year)
    if kind is PaymentMethodKind.SEPA_DEBIT and (debit := method.sepa_debit):
        return SavedMethod(method.id, kind, debit.last4 or "")
    account = method.us_bank_account
    return SavedMethod(method.id, kind, (account.last4 if account else None) or "", bank_name=account.bank_name if account else None)
