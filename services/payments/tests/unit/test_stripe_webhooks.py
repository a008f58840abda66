"""Webhooks: verified, taken once, believed in nothing but ids."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from payments_bank import Bank

from contracts.payments.views import EscrowStatus
from payments.adapters.stripe_webhooks import StripeWebhooks
from payments.domain.errors import BadSignature, ProviderUnavailable, WebhookTooEarly
from payments.usecases.ports import MovementStatus

SECRET = "whsec_test"
EVENT = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": {"metadata": {"saga_id": "saga_1"}}}}


def signed(payload: str, at: float | None = None, secret: str = SECRET) -> str:
    stamp = int(time.time() if at is None else at)
    return f"t={stamp},v1={hmac.new(secret.encode(), f'{stamp}.{payload}'.encode(), hashlib.sha256).hexdigest()}"


def test_a_signed_event_gives_its_ids() -> None:
    payload = json.dumps(EVENT)
    webhook = StripeWebhooks(SECRET).read(payload, signed(payload))
    assert (webhook.event_id, webhook.event_type, webhook.saga_id) == ("evt_1", "payment_intent.succeeded", "saga_1")


@pytest.mark.parametrize("data", [{}, {"object": {}}, {"object": {"metadata": {}}}, {"object": {"metadata": {"saga_id": 1}}}, None])
def test_an_event_about_nothing_of_ours_has_no_saga(data: object) -> None:
    payload = json.dumps(EVENT | {"data": data})
    assert StripeWebhooks(SECRET).read(payload, signed(payload)).saga_id is None


@pytest.mark.parametrize(
    "signature", ["", "t=1", "nonsense", signed(json.dumps(EVENT), secret="whsec_other")], ids=["empty", "cut", "nonsense", "other secret"]
)
def test_a_bad_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        StripeWebhooks(SECRET).read(json.dumps(EVENT), signature)


def test_a_changed_body_an_old_stamp_and_what_is_no_event_are_refused() -> None:
    webhooks, payload = StripeWebhooks(SECRET), json.dumps(EVENT)
    for body, signature in (
        (payload + " ", signed(payload)),
        (payload, signed(payload, at=time.time() - 3600)),
        ("[]", signed("[]")),
        ("{", signed("{")),
        ("{}", signed("{}")),
    ):
        with pytest.raises(BadSignature):
            webhooks.read(body, signature)


@pytest.mark.parametrize(("age", "taken"), [(290, True), (-290, True), (310, False), (7 * 86_400, False)])
def test_a_time_stamp_out_of_tolerance_is_refused(age: int, taken: bool) -> None:
    """Five minutes: whoever saw an old webhook pass cannot send it again. Of a stamp from the future a clock that is fast is guilty."""
    payload = json.dumps(EVENT)
    signature = signed(payload, at=time.time() - age)
    if taken:
        assert StripeWebhooks(SECRET).read(payload, signature).event_id == "evt_1"
    else:
        with pytest.raises(BadSignature):
            StripeWebhooks(SECRET).read(payload, signature)


CALLS = {
    "create_intent": lambda bank: bank.fund(),
    "confirm_intent": lambda bank: bank.fund(),
    "transfer": lambda bank: bank.release(0),
    "refund": lambda bank: bank.refund(0),
    "pay_out": lambda bank: bank.pay_out(1_000),
}


@pytest.mark.parametrize("lost", [False, True], ids=["the answer comes", "the answer is lost"])
@pytest.mark.parametrize("name", CALLS)
def test_a_webhook_before_the_api_answer_has_one_effect(bank: Bank, name: str, lost: bool) -> None:
    """Stripe's webhook overtakes its own answer: it is taken, the answer finishes what was begun, or the timer does."""
    bank.stripe.payout_status = MovementStatus.SUCCEEDED
    if name not in ("create_intent", "confirm_intent"):
        bank.fund()
    if name == "pay_out":
        bank.release(1)

    def overtaking(call: str) -> None:
        if call == name:
            bank.stripe.answering = lambda _: None
            for event in ("evt_1", "evt_1", "evt_2"):
                bank.webhook(event, bank.running[0].id, event_type="something.happened")
            if lost:
                raise ProviderUnavailable

    bank.stripe.answering = overtaking
    CALLS[name](bank)
    bank.settle()
    ended = {"transfer": (100_000, 40_000, 54_000, 0, 6_000), "refund": (100_000, 40_000, 0, 60_000, 0)}
    ended["pay_out"] = (100_000, 60_000, 36_000, 0, 4_000)
    assert bank.sums() == ended.get(name, (100_000, 100_000, 0, 0, 0))
    assert max(bank.told().values()) == 1
    bank.check()


def test_a_webhook_that_comes_five_times_is_taken_once(bank: Bank) -> None:
    bank.fund(method="pm_card_authenticationRequired")
    (saga,) = bank.running
    bank.stripe.succeed("pi_0")
    for _ in range(5):
        bank.webhook("evt_1", saga.id)
    assert [name for name, _ in bank.stripe.calls].count("get_intent") == 1
    assert bank.told() == {"EscrowFunded": 1}
    bank.check()


def test_a_webhook_that_lies_changes_nothing(bank: Bank) -> None:
    """It says that the intent succeeded; Stripe, asked, says that it did not."""
    bank.fund(method="pm_card_authenticationRequired")
    (saga,) = bank.running
    bank.webhook("evt_1", saga.id, event_type="payment_intent.succeeded")
    assert bank.escrow.status is EscrowStatus.REQUIRES_ACTION
    bank.check()


def test_a_webhook_of_an_old_fact_changes_nothing(bank: Bank) -> None:
    bank.fund()
    (saga,) = bank.sagas
    bank.clock.advance(timedelta(days=7))
    bank.webhook("evt_1", saga.id, event_type="payment_intent.requires_action")
    bank.webhook("evt_2", saga.id, event_type="payment_intent.payment_failed")
    assert bank.escrow.held == 100_000
    bank.check()


def test_a_webhook_while_its_saga_is_driven_leaves_it_to_the_driver(bank: Bank) -> None:
    def answering(call: str) -> None:
        if call == "confirm_intent":
            bank.webhook("evt_1", bank.running[0].id)

    bank.stripe.answering = answering
    assert bank.fund().held.amount_minor == 100_000
    assert bank.told() == {"EscrowFunded": 1}
    bank.check()


def test_a_failure_told_of_before_the_success_is_recorded_is_not_taken_until_it_can_be_looked_at(bank: Bank) -> None:
    def answering(call: str) -> None:
        if call == "refund":
            bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
            with pytest.raises(WebhookTooEarly):
                bank.webhook("evt_1", bank.running[0].id, event_type="refund.failed")

    bank.fund()
    bank.stripe.answering = answering
    bank.refund(1)
    assert bank.sums() == (100_000, 60_000, 0, 40_000, 0)
    bank.webhook("evt_1", bank.sagas[-1].id, event_type="refund.failed")
    assert bank.sums() == (100_000, 100_000, 0, 0, 0)
    bank.check()


def test_unknown_types_and_strangers_are_taken_and_ignored(bank: Bank) -> None:
    bank.webhook("evt_1", "", event_type="balance.available")
    bank.webhook("evt_2", "saga_unknown", event_type="something.new")
    assert bank.sagas == []


def test_a_webhook_while_stripe_is_away_is_taken_and_looked_into_later(bank: Bank) -> None:
    bank.fund(method="pm_card_authenticationRequired")
    (saga,) = bank.running
    bank.stripe.succeed("pi_0")
    bank.stripe.down = True
    bank.webhook("evt_1", saga.id)
    bank.stripe.down = False
    bank.settle()
    assert bank.escrow.held == 100_000


def test_a_bad_signature_is_told(bank: Bank) -> None:
    with pytest.raises(BadSignature):
        bank.webhook("evt_1", signature="bad")
