"""What the sandbox answers, against the types that Stripe publishes in its SDK; the same script runs against Stripe itself with a test key.

`STRIPE_TEST_KEY` (sk_test_…) in the environment adds the real service; without it those tests are skipped and say so.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import stripe

KINDS: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "customer": stripe.Customer,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "refund": stripe.Refund,
}
# Left out of the sandbox's answers on purpose: nothing of the marketplace's uses them.
UNSAID = {"future_requirements"}


def client_at(url: str | None, key: str) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": url} if url else {}, max_network_retries=2)


@pytest.fixture(params=["sandbox", "stripe"])
def client(request: pytest.FixtureRequest) -> stripe.StripeClient:
    if request.param == "sandbox":
        sandbox: Any = request.getfixturevalue("sandbox")
        return client_at(sandbox.url, "sk_test_sandbox")
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key.startswith("sk_test_"):
        pytest.skip("STRIPE_TEST_KEY is not set: Stripe itself was not asked")
    return client_at(None, key)


def script(client: stripe.StripeClient) -> Iterator[stripe.StripeObject]:
    """The life of a payment, as payments asks for it."""
    v1 = client.v1
    customer = v1.customers.create({"metadata": {"user_id": "user_1"}})
    yield customer
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    yield method
    yield v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    intent = v1.payment_intents.create(
        {
            "amount": 60_000,
            "currency": "usd",
            "customer": customer.id,
            "automatic_payment_methods": {"enabled": True},
            "capture_method": "automatic",
            "transfer_group": "escrow_1",
        }
    )
    assert intent.status == "requires_payment_method"
    yield intent
    intent = v1.payment_intents.confirm(intent.id, {"payment_method": method.id, "return_url": "https://openchance.example/"})
    assert intent.status == "succeeded"
    yield intent
    charge = v1.charges.retrieve(str(intent.latest_charge), {"expand": ["balance_transaction"]})
    yield charge
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    yield charge.balance_transaction
    refund = v1.refunds.create({"charge": charge.id, "amount": 10_000, "reason": "requested_by_customer"})
    assert refund.status == "succeeded"
    yield refund
    with pytest.raises(stripe.InvalidRequestError) as again:
        v1.payment_intents.confirm(intent.id, {"payment_method": method.id, "return_url": "https://openchance.example/"})
    assert again.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError):
        v1.refunds.create({"charge": charge.id, "amount": 50_001})
    asked = v1.payment_intents.create({"amount": 60_000, "currency": "usd", "automatic_payment_methods": {"enabled": True}})
    asked = v1.payment_intents.confirm(
        asked.id, {"payment_method": "pm_card_authenticationRequired", "return_url": "https://openchance.example/"}
    )
    assert asked.status == "requires_action"
    assert asked.next_action
    assert asked.next_action.type == "redirect_to_url"
    yield v1.payment_intents.cancel(asked.id)
    declined = v1.payment_intents.create({"amount": 60_000, "currency": "usd", "automatic_payment_methods": {"enabled": True}})
    with pytest.raises(stripe.CardError) as decline:
        v1.payment_intents.confirm(declined.id, {"payment_method": "pm_card_chargeDeclined", "return_url": "https://openchance.example/"})
    assert decline.value.code == "card_declined"
    yield v1.payment_intents.retrieve(declined.id)
    detached = v1.payment_methods.detach(method.id)
    assert detached.customer is None
    yield detached


def test_a_payments_life_has_the_shapes_that_stripe_publishes(client: stripe.StripeClient) -> None:
    found = {complaint for thing in script(client) for complaint in complaints(thing.to_dict())}
    assert found == set()


def test_accounts_have_the_shapes_that_stripe_publishes(sandbox: Any) -> None:
    client = client_at(sandbox.url, "sk_test_sandbox")
    account = client.v1.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
    link = client.v1.account_links.create(
        {"account": account.id, "type": "account_onboarding", "return_url": "https://a", "refresh_url": "https://b"}
    )
    assert {complaint for thing in (account, link) for complaint in complaints(thing.to_dict())} == set()


def complaints(thing: dict[str, Any]) -> Iterator[str]:
    """What an object has that Stripe's has not, or lacks, or says in a word that Stripe does not know."""
    kind = thing["object"]
    declared = KINDS[kind].__annotations__
    for name in thing.keys() - declared.keys():
        yield f"{kind}.{name} is not Stripe's"
    for name, declaration in declared.items():
        words = words_of(declaration)
        if name in thing and words and isinstance(thing[name], str) and thing[name] not in words:
            yield f"{kind}.{name} is {thing[name]}"
        if name not in thing and name not in UNSAID and not may_be_missing(declaration):
            yield f"{kind}.{name} is missing"


def may_be_missing(declaration: Any) -> bool:
    text = str(declaration)
    return "Optional" in text or "None" in text or "ClassVar" in text


def words_of(declaration: Any) -> frozenset[str]:
    """The words of a Literal, however deep it is wrapped; none where it is no Literal, or an open one."""
    if typing.get_origin(declaration) is Literal:
        return frozenset(typing.get_args(declaration))
    inner = [words_of(part) for part in typing.get_args(declaration) if part is not str]
    return frozenset().union(*inner) if str not in typing.get_args(declaration) else frozenset()
