"""Saved payment methods and bank debits by Stripe's SDK, against the sandbox."""

from __future__ import annotations

import pytest
from test_payment_provider import CAME, EUR, stripe_at

from contracts.payments.views import PaymentMethodKind
from payments.adapters.stripe_client import stripe_client
from payments.adapters.stripe_wallets import StripeWallets
from payments.usecases.ports import Intent, IntentStatus, ProviderRefused


@pytest.fixture
def wallets(sandbox_url: str) -> StripeWallets:
    return StripeWallets(stripe_client("sk_test_1", sandbox_url, lambda: None))


def test_methods_are_attached_listed_chosen_and_detached(wallets: StripeWallets) -> None:
    customer = wallets.create_customer("user_1", key="customer")
    assert wallets.create_customer("user_1", key="customer") == customer
    card = wallets.attach(customer, "pm_card_visa", key="attach 1")
    sepa = wallets.attach(customer, "pm_success_de", key="attach 2")
    ach = wallets.attach(customer, "pm_usBankAccount_success", key="attach 3")
    assert [method.kind for method in (card, sepa, ach)] == list(PaymentMethodKind)
    assert (card.brand, card.last4, sepa.last4, ach.last4, ach.bank_name) == ("visa", "4242", "3000", "6789", "STRIPE TEST BANK")
    assert wallets.list(customer) == (ach, sepa, card)

    assert wallets.default(customer) is None
    wallets.set_default(customer, card.id, key="default")
    assert wallets.default(customer) == card.id
    wallets.detach(card.id, key="detach")
    assert wallets.list(customer) == (ach, sepa)
    assert wallets.default(customer) is None
    with pytest.raises(ProviderRefused):
        wallets.attach(customer, card.id, key="attach 4")  # a detached method is never used again


def test_a_deleted_customer_is_gone_with_its_methods(wallets: StripeWallets, sandbox_url: str) -> None:
    customer = wallets.create_customer("user_1", key="customer")
    card = wallets.attach(customer, "pm_card_visa", key="attach")
    stripe = stripe_at(sandbox_url)
    paid = stripe.create_intent(amount=60_000, currency=EUR, key="create", customer_id=customer, **CAME)
    stripe.confirm_intent(paid.id, card.id, key="confirm")
    wallets.detach(card.id, key="erase card")
    for _ in range(2):  # the second time as whoever begins again after a crash
        wallets.delete_customer(customer, key="erase")
        assert wallets.list(customer) == ()
    assert wallets.default(customer) is None
    with pytest.raises(ProviderRefused):
        wallets.attach(customer, "pm_card_visa", key="attach again")
    assert stripe.get_intent(paid.id).status is IntentStatus.SUCCEEDED, "the charge stays"


def test_a_declined_card_and_anothers_card_are_refused(wallets: StripeWallets) -> None:
    ann, bob = (wallets.create_customer(name, key=name) for name in ("ann", "bob"))
    with pytest.raises(ProviderRefused) as refusal:
        wallets.attach(ann, "pm_card_chargeDeclined", key="declined")
    assert refusal.value.code == "card_declined"
    card = wallets.attach(ann, "pm_card_visa", key="ann's")
    with pytest.raises(ProviderRefused):
        wallets.attach(bob, card.id, key="bob's")


def test_a_saved_method_pays_for_its_customer_alone(wallets: StripeWallets, sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    ann, bob = (wallets.create_customer(name, key=name) for name in ("ann", "bob"))
    card = wallets.attach(ann, "pm_card_visa", key="attach")
    for payer, key in ((None, "nobody"), (bob, "bob")):
        intent = stripe.create_intent(amount=60_000, currency=EUR, key=f"create {key}", customer_id=payer, **CAME)
        with pytest.raises(ProviderRefused):
            stripe.confirm_intent(intent.id, card.id, key=f"confirm {key}")
    intent = stripe.create_intent(amount=60_000, currency=EUR, key="create", customer_id=ann, **CAME)
    assert stripe.confirm_intent(intent.id, card.id, key="confirm").status is IntentStatus.SUCCEEDED


def debited(sandbox_url: str, method: str, currency: str = EUR) -> Intent:
    stripe = stripe_at(sandbox_url)
    intent = stripe.create_intent(amount=60_000, currency=currency, key="create", **CAME)
    return stripe.confirm_intent(intent.id, method, key="confirm")


@pytest.mark.parametrize(
    ("method", "currency", "end", "code"),
    [
        ("pm_success_de", "EUR", IntentStatus.SUCCEEDED, None),
        ("pm_insufficientFunds_de", "EUR", IntentStatus.UNCONFIRMED, "insufficient_funds"),
        ("pm_usBankAccount_success", "USD", IntentStatus.SUCCEEDED, None),
        ("pm_usBankAccount_accountClosed", "USD", IntentStatus.UNCONFIRMED, "account_closed"),
    ],
)
def test_a_bank_debit_is_under_way_until_the_bank_answers(
    sandbox_url: str, method: str, currency: str, end: IntentStatus, code: str | None
) -> None:
    intent = debited(sandbox_url, method, currency)
    assert intent.status is IntentStatus.PROCESSING
    stripe = stripe_at(sandbox_url)
    for _ in range(200):
        intent = stripe.get_intent(intent.id)
        if intent.status is not IntentStatus.PROCESSING:
            break
    assert (intent.status, intent.code) == (end, code)
    if end is IntentStatus.SUCCEEDED:
        assert intent.charge_id


def test_a_bank_debit_in_another_currency_is_refused(sandbox_url: str) -> None:
    with pytest.raises(ProviderRefused):
        debited(sandbox_url, "pm_success_de", "USD")
