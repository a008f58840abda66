"""A payment's life, against the types that Stripe publishes in its SDK: at the sandbox, and at Stripe itself with a test key.

`STRIPE_TEST_KEY` (sk_test_…) in the environment adds the real service; without it those tests are skipped and say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from sandbox_stripe_types import of_object


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
    found = {complaint for thing in script(client) for complaint in of_object(thing.to_dict(), type(thing))}
    assert found == set()
