"""Payment intents, charges, refunds and disputes, driven by the real SDK."""

import urllib.parse
import urllib.request

import pytest
import stripe

CARD = {"payment_method_types": ["card"]}


def pay(client, method="pm_card_visa", amount=60_000, **more):
    return client.v1.payment_intents.create(
        {"amount": amount, "currency": "eur", "payment_method": method, "confirm": True, **CARD, **more}
    )


def test_a_confirmed_intent_charges_and_books_the_fee(client):
    intent = pay(client, expand=["latest_charge.balance_transaction"], transfer_group="g1", metadata={"escrow": "e1"})
    booked = intent.latest_charge.balance_transaction
    assert (intent.status, intent.amount_received, intent.metadata["escrow"]) == ("succeeded", 60_000, "e1")
    assert (intent.latest_charge.paid, intent.latest_charge.transfer_group) == (True, "g1")
    assert (booked.amount, booked.fee, booked.net) == (60_000, 1770, 58_230)
    assert intent.payment_method.startswith("pm_1")


def test_a_decline_is_402_and_leaves_a_failed_charge(client):
    with pytest.raises(stripe.CardError) as refused:
        pay(client, "pm_card_chargeDeclinedInsufficientFunds")
    error = refused.value
    assert (error.http_status, error.code, error.error.decline_code) == (402, "card_declined", "insufficient_funds")
    intent = client.v1.payment_intents.retrieve(error.error.payment_intent.id)
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert client.v1.charges.retrieve(intent.latest_charge).status == "failed"
    again = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert again.status == "succeeded"


def test_manual_capture_takes_a_part_and_gives_back_the_rest(client):
    held = pay(client, capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 60_000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than the amount"):
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": 60_001})
    taken = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 20_000, "expand": ["latest_charge"]})
    assert (taken.status, taken.amount_received, taken.latest_charge.amount_captured) == ("succeeded", 20_000, 20_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(held.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_cancel_is_allowed_before_success_only(client):
    waiting = client.v1.payment_intents.create({"amount": 1000, "currency": "eur"})
    assert waiting.status == "requires_payment_method"
    assert client.v1.payment_intents.cancel(waiting.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    paid = pay(client)
    with pytest.raises(
        stripe.InvalidRequestError, match="cannot cancel this PaymentIntent because it has a status of succeeded"
    ) as refused:
        client.v1.payment_intents.cancel(paid.id)
    assert refused.value.error.payment_intent.status == "succeeded"


class _StopAtRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def _post(url, **form):
    opener = urllib.request.build_opener(_StopAtRedirect)
    try:
        with opener.open(url, urllib.parse.urlencode(form).encode()) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers


@pytest.mark.parametrize(
    ("outcome", "status", "word"), [("complete", "succeeded", "succeeded"), ("fail", "requires_payment_method", "failed")]
)
def test_three_d_secure_goes_over_a_page_and_back(client, outcome, status, word):
    intent = pay(client, "pm_card_authenticationRequired", return_url="https://openchance.test/back?x=1")
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    url = intent.next_action.redirect_to_url.url
    with urllib.request.urlopen(url) as page:
        assert b"3-D Secure" in page.read()
    code, headers = _post(url, outcome=outcome)
    assert code == 303
    assert headers["Location"].startswith(f"https://openchance.test/back?x=1&payment_intent={intent.id}")
    assert headers["Location"].endswith(f"redirect_status={word}")
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == status
    assert (after.latest_charge is not None) == (outcome == "complete")


def test_off_session_authentication_is_a_decline(client):
    with pytest.raises(stripe.CardError) as refused:
        pay(client, "pm_card_authenticationRequired", off_session=True)
    assert refused.value.code == "authentication_required"


def test_redirecting_methods_ask_for_a_return_url(client):
    request = {"amount": 1000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    with pytest.raises(stripe.InvalidRequestError, match="must provide a `return_url`"):
        client.v1.payment_intents.create(request)
    never = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    assert client.v1.payment_intents.create(request | never).status == "succeeded"


def test_a_saved_card_belongs_to_its_customer(client):
    customer = client.v1.customers.create({"email": "ada@example.com", "metadata": {"user_id": "u1"}})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert [method.id for method in client.v1.customers.payment_methods.list(customer.id).data] == [card.id]
    with pytest.raises(stripe.InvalidRequestError, match="include the Customer"):
        pay(client, card.id)
    assert pay(client, card.id, customer=customer.id).customer == customer.id
    with pytest.raises(stripe.CardError):
        client.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})


def test_refunds_stop_at_what_was_captured(client):
    intent = pay(client)
    first = client.v1.refunds.create({"payment_intent": intent.id, "amount": 20_000, "reason": "requested_by_customer"})
    assert (first.status, first.charge) == ("succeeded", intent.latest_charge)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 40_001})
    client.v1.refunds.create({"payment_intent": intent.id})
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (60_000, True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"


def test_a_failing_refund_comes_back(client, waiting):
    intent = pay(client, "pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    failed = waiting(lambda: next((r for r in [client.v1.refunds.retrieve(refund.id)] if r.status == "failed"), None))
    assert failed.failure_reason == "expired_or_canceled_card"
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0


@pytest.mark.parametrize(("evidence", "status", "left"), [("winning_evidence", "won", 60_000), ("losing_evidence", "lost", 0)])
def test_a_dispute_takes_the_money_until_evidence_wins(client, waiting, evidence, status, left):
    intent = pay(client, "pm_card_createDispute")
    dispute = waiting(lambda: client.v1.disputes.list({"payment_intent": intent.id}).data)[0]
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 60_000)
    assert client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}}).status == "under_review"
    waiting(lambda: client.v1.disputes.retrieve(dispute.id).status == status)
    fees = 1770 + 1500
    assert client.v1.balance.retrieve().available[0].amount == left - fees


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"amount": None}, "amount", "parameter_missing"),
        ({"amount": "12.5"}, "amount", "parameter_invalid_integer"),
        ({"amount": -5}, "amount", "parameter_invalid_integer"),
        ({"amount": 49}, "amount", "amount_too_small"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "euro"}, "currency", None),
        ({"currency": "isk", "amount": 10_050}, "amount", None),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"payment_method": "pm_none"}, "payment_method", "resource_missing"),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"automatic_payment_methods": {"enabled": True, "depth": 1}}, "automatic_payment_methods[depth]", "parameter_unknown"),
    ],
)
def test_bad_parameters_are_named_and_leave_nothing(sandbox, client, change, param, code):
    request = {name: value for name, value in ({"amount": 1000, "currency": "eur"} | change).items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(request)
    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert sandbox.get("/_sandbox/stripe/payment_intents")["items"] == []


def test_a_pending_refund_arrives(client, waiting):
    intent = pay(client, "pm_card_pendingRefund")
    refund = client.v1.refunds.create({"charge": intent.latest_charge, "metadata": {"a": "b"}})
    assert refund.status == "pending"
    waiting(lambda: client.v1.refunds.retrieve(refund.id).status == "succeeded")
    assert client.v1.refunds.update(refund.id, {"metadata": {"c": "d"}}).metadata.to_dict() == {"a": "b", "c": "d"}


def test_giving_in_to_a_dispute_loses_it(client, waiting):
    intent = pay(client, "pm_card_createDispute")
    dispute = waiting(lambda: client.v1.disputes.list({"charge": intent.latest_charge}).data)[0]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": intent.latest_charge})
    assert refused.value.code == "charge_disputed"
    assert client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute.id)


def test_what_was_never_paid_cannot_be_refunded(client):
    waiting_intent = client.v1.payment_intents.create({"amount": 1000, "currency": "eur"})
    for request in ({}, {"payment_intent": waiting_intent.id}, {"charge": "ch_none"}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(request)


def test_an_intent_can_be_changed_until_it_is_paid(client):
    intent = client.v1.payment_intents.create({"amount": 1000, "currency": "eur", **CARD})
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(intent.id)
    changed = client.v1.payment_intents.update(intent.id, {"amount": 2000, "payment_method": "pm_card_visa", "description": "Milestone"})
    assert (changed.amount, changed.status, changed.description) == (2000, "requires_confirmation", "Milestone")
    client.v1.payment_intents.confirm(intent.id)
    with pytest.raises(stripe.InvalidRequestError, match="cannot confirm this PaymentIntent because it has already succeeded"):
        client.v1.payment_intents.confirm(intent.id)
    with pytest.raises(stripe.InvalidRequestError, match="cannot update"):
        client.v1.payment_intents.update(intent.id, {"amount": 3000})


def test_cards_by_number_and_token(client):
    card = client.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 8, "exp_year": 2040, "cvc": "1"}}
    )
    assert (card.card.brand, card.card.last4) == ("visa", "4242")
    token = client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_mastercard"}, "billing_details": {"email": "a@b.co"}})
    assert (token.card.brand, token.billing_details.email) == ("mastercard", "a@b.co")
    for wrong in ({"number": "4242424242424241"}, {"token": "tok_none"}):
        with pytest.raises((stripe.CardError, stripe.InvalidRequestError)):
            client.v1.payment_methods.create({"type": "card", "card": wrong})
    customer = client.v1.customers.create({"name": "Ada", "address": {"city": "Berlin"}})
    client.v1.payment_methods.attach(card.id, {"customer": customer.id})
    saved = client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card.id}, "name": "Ada L."})
    assert (saved.invoice_settings.default_payment_method, saved.name, saved.address.city) == (card.id, "Ada L.", "Berlin")
    assert client.v1.payment_methods.detach(card.id).customer is None
    assert client.v1.customers.delete(customer.id).deleted
    assert client.v1.customers.retrieve(customer.id).to_dict() == {"id": customer.id, "object": "customer", "deleted": True}
    for ask in (client.v1.customers.delete, client.v1.customers.payment_methods.list):
        with pytest.raises(stripe.InvalidRequestError) as gone:
            ask(customer.id)
        assert gone.value.code == "resource_missing"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.update(customer.id, {"name": "Ada"})


def test_expanding_what_cannot_be_expanded_is_refused(client):
    pay(client)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.payment_intents.list({"expand": ["data.colour"]})
    listed = client.v1.payment_intents.list({"expand": ["data.latest_charge", "data.payment_method"]})
    assert listed.data[0].latest_charge.payment_method == listed.data[0].payment_method.id
