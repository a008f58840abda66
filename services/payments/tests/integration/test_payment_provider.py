"""The payment processor: the fake and Stripe's SDK against the sandbox pass one suite; faults are the sandbox's alone."""

from __future__ import annotations

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from payments_fake_stripe import FakeStripe

from payments.adapters.stripe_amounts import from_stripe, to_stripe
from payments.adapters.stripe_books import StripeBooks
from payments.adapters.stripe_client import DeadlineSession, stripe_client
from payments.adapters.stripe_provider import StripeProvider
from payments.domain.errors import ProviderBusy, ProviderUnavailable
from payments.usecases.ports import Intent, IntentStatus, MovementStatus, PaymentProvider, ProviderRefused

EUR = "EUR"
CAME = {"escrow_id": "escrow_1", "saga_id": "saga_1"}


def stripe_at(url: str, seconds_to_work: float | None = None) -> StripeProvider:
    return StripeProvider(stripe_client("sk_test_1", url, lambda: seconds_to_work), "https://openchance.example/")


@pytest.fixture(params=["fake", "sandbox"])
def provider(request: pytest.FixtureRequest) -> PaymentProvider:
    return FakeStripe() if request.param == "fake" else stripe_at(request.getfixturevalue("sandbox_url"))


def charged(provider: PaymentProvider, amount: int = 60_000, *, method: str = "pm_card_visa") -> Intent:
    intent = provider.create_intent(amount=amount, currency=EUR, key="create", **CAME)
    return provider.confirm_intent(intent.id, method, key="confirm")


def test_an_intent_is_charged_once(provider: PaymentProvider) -> None:
    created = provider.create_intent(amount=60_000, currency=EUR, key="create", **CAME)
    assert (created.status, created.amount, created.currency, created.charge_id) == (IntentStatus.UNCONFIRMED, 60_000, EUR, None)
    assert provider.create_intent(amount=60_000, currency=EUR, key="create", **CAME).id == created.id

    first = provider.confirm_intent(created.id, "pm_card_visa", key="confirm")
    assert first.status is IntentStatus.SUCCEEDED
    assert first.charge_id
    assert provider.confirm_intent(created.id, "pm_card_visa", key="confirm") == first
    with pytest.raises(ProviderRefused):
        provider.confirm_intent(created.id, "pm_card_visa", key="confirm again")
    with pytest.raises(ProviderRefused):
        provider.cancel_intent(created.id, key="cancel")
    assert provider.get_intent(created.id) == first


def test_a_decline_is_an_answer_and_a_cancelled_intent_is_over(provider: PaymentProvider) -> None:
    intent = provider.create_intent(amount=60_000, currency=EUR, key="create", **CAME)
    for _ in range(2):
        declined = provider.confirm_intent(intent.id, "pm_card_chargeDeclined", key="confirm")
        assert (declined.status, declined.code) == (IntentStatus.DECLINED, "generic_decline")
    assert provider.cancel_intent(intent.id, key="cancel").status is IntentStatus.CANCELED
    with pytest.raises(ProviderRefused):
        provider.confirm_intent(intent.id, "pm_card_visa", key="confirm again")


def test_a_payment_method_that_is_not_there_is_refused_and_the_intent_unconfirmed(provider: PaymentProvider) -> None:
    intent = provider.create_intent(amount=60_000, currency=EUR, key="create", **CAME)
    with pytest.raises(ProviderRefused) as refusal:
        provider.confirm_intent(intent.id, "pm_missing", key="confirm")
    assert refusal.value.code == "resource_missing"
    assert provider.get_intent(intent.id).status is IntentStatus.UNCONFIRMED


def test_a_bank_that_wants_more_gives_a_link(provider: PaymentProvider) -> None:
    intent = provider.create_intent(amount=60_000, currency=EUR, key="create", **CAME)
    waiting = provider.confirm_intent(intent.id, "pm_card_authenticationRequired", key="confirm")
    assert waiting.status is IntentStatus.REQUIRES_ACTION
    assert waiting.action_url
    assert waiting.action_url.startswith("http")
    assert provider.cancel_intent(intent.id, key="cancel").status is IntentStatus.CANCELED


def test_transfers_take_no_more_than_the_charge_and_are_found_again(provider: PaymentProvider) -> None:
    charge_id = charged(provider, method="pm_card_bypassPending").charge_id or ""
    account_id, _ = provider.create_account("user_1", key="account")
    assert provider.create_account("user_1", key="account")[0] == account_id
    order: dict[str, Any] = {"currency": EUR, "account_id": account_id, "source": charge_id, "escrow_id": "escrow_1"}

    assert provider.find_transfer(escrow_id="escrow_1", saga_id="saga_2") is None
    transfer_id = provider.transfer(amount=54_000, saga_id="saga_2", key="transfer", **order)
    assert provider.transfer(amount=54_000, saga_id="saga_2", key="transfer", **order) == transfer_id
    assert provider.find_transfer(escrow_id="escrow_1", saga_id="saga_2") == transfer_id
    with pytest.raises(ProviderRefused):
        provider.transfer(amount=6_001, saga_id="saga_3", key="too much", **order)

    balance = {**order, "source": None}
    transfer_id = provider.transfer(amount=4_000, saga_id="saga_4", key="balance", **balance)
    assert provider.transfer(amount=4_000, saga_id="saga_4", key="balance", **balance) == transfer_id
    assert provider.find_transfer(escrow_id="escrow_1", saga_id="saga_4") == transfer_id, "it is found as the others are"


def test_refunds_take_no_more_than_the_charge_and_are_found_again(provider: PaymentProvider) -> None:
    charge_id = charged(provider).charge_id or ""
    assert provider.find_refund(charge_id=charge_id, saga_id="saga_2") is None
    refund = provider.refund(charge_id=charge_id, amount=50_000, currency=EUR, saga_id="saga_2", key="refund")
    assert refund.status is MovementStatus.SUCCEEDED
    assert provider.refund(charge_id=charge_id, amount=50_000, currency=EUR, saga_id="saga_2", key="refund") == refund
    assert provider.get_refund(refund.id) == refund
    assert provider.find_refund(charge_id=charge_id, saga_id="saga_2") == refund
    with pytest.raises(ProviderRefused):
        provider.refund(charge_id=charge_id, amount=10_001, currency=EUR, saga_id="saga_3", key="too much")


def test_payouts_are_followed_to_their_end_and_found_again(provider: PaymentProvider) -> None:
    charge_id = charged(provider).charge_id or ""
    account_id, _ = provider.create_account("user_1", key="account")
    provider.transfer(
        amount=54_000, currency=EUR, account_id=account_id, source=charge_id, escrow_id="escrow_1", saga_id="saga_2", key="transfer"
    )
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert provider.find_payout(account_id=account_id, saga_id="saga_3", since=since) is None
    payout = provider.pay_out(account_id=account_id, amount=50_000, currency=EUR, saga_id="saga_3", key="payout")
    assert payout.status in (MovementStatus.PENDING, MovementStatus.SUCCEEDED)
    assert provider.pay_out(account_id=account_id, amount=50_000, currency=EUR, saga_id="saga_3", key="payout").id == payout.id
    assert provider.get_payout(account_id, payout.id).id == payout.id
    found = provider.find_payout(account_id=account_id, saga_id="saga_3", since=since)
    assert found is not None
    assert found.id == payout.id


def test_a_payout_is_found_although_our_clock_is_ahead_of_the_processors(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    charge_id = charged(stripe).charge_id or ""
    account_id, _ = stripe.create_account("user_1", key="account")
    stripe.transfer(
        amount=54_000, currency=EUR, account_id=account_id, source=charge_id, escrow_id="escrow_1", saga_id="saga_2", key="transfer"
    )
    payout = stripe.pay_out(account_id=account_id, amount=50_000, currency=EUR, saga_id="saga_3", key="payout")
    found = stripe.find_payout(account_id=account_id, saga_id="saga_3", since=datetime.now(UTC) + timedelta(minutes=10))
    assert found is not None
    assert found.id == payout.id


def test_a_payout_above_what_the_account_holds_is_refused(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    account_id, _ = stripe.create_account("user_1", key="account")
    with pytest.raises(ProviderRefused) as refusal:
        stripe.pay_out(account_id=account_id, amount=1_000, currency=EUR, saga_id="saga_1", key="payout")
    assert refusal.value.code == "balance_insufficient"


def order_fault(sandbox_url: str, **fault: object) -> None:
    body = json.dumps({"provider": "stripe", **fault}).encode()
    request = urllib.request.Request(f"{sandbox_url}/_sandbox/faults", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


def clear_faults(sandbox_url: str) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{sandbox_url}/_sandbox/faults", method="DELETE"), timeout=5).close()


def test_an_outage_is_unavailable_and_passes(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    for status in (500, 503, 429):
        order_fault(sandbox_url, status=status, count=3)
        with pytest.raises(ProviderUnavailable):
            stripe.create_intent(amount=60_000, currency=EUR, key=f"create {status}", **CAME)
        clear_faults(sandbox_url)
    assert stripe.create_intent(amount=60_000, currency=EUR, key="create", **CAME).status is IntentStatus.UNCONFIRMED


def test_a_rate_limit_is_told_with_its_pause_and_not_asked_again_at_once(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    order_fault(sandbox_url, status=429, count=2, retry_after_s=17)
    for _ in range(2):  # each call takes one fault: the SDK did not ask again by itself
        with pytest.raises(ProviderBusy) as busy:
            stripe.create_intent(amount=60_000, currency=EUR, key="create", **CAME)
        assert busy.value.retry_after == timedelta(seconds=17)
    assert stripe.create_intent(amount=60_000, currency=EUR, key="create", **CAME).status is IntentStatus.UNCONFIRMED


def test_a_lost_answer_is_asked_for_again_with_the_same_key(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    order_fault(sandbox_url, after=True, path="/confirm")
    intent = charged(stripe)
    assert intent.status is IntentStatus.SUCCEEDED
    with urllib.request.urlopen(f"{sandbox_url}/_sandbox/stripe/charges", timeout=5) as answer:
        assert len(json.load(answer)["items"]) == 1


def test_a_key_with_other_parameters_is_never_taken_for_a_refusal(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    stripe.create_intent(amount=60_000, currency=EUR, key="create", **CAME)
    with pytest.raises(ProviderUnavailable):
        stripe.create_intent(amount=60_001, currency=EUR, key="create", **CAME)


def test_nobody_there_and_no_access_are_unavailable(sandbox_url: str) -> None:
    with pytest.raises(ProviderUnavailable):
        stripe_at("http://127.0.0.1:9", 1.0).get_intent("pi_1")
    no_access = StripeProvider(stripe_client("sk_live_1", sandbox_url, lambda: None), "https://openchance.example/")
    with pytest.raises(ProviderUnavailable):
        no_access.create_account("user_1", key="account")


def test_what_cannot_be_seen_is_unavailable_not_refused(sandbox_url: str) -> None:
    with pytest.raises(ProviderUnavailable):
        stripe_at(sandbox_url).get_intent("pi_unknown")


def test_a_slow_answer_is_not_waited_for_past_the_callers_deadline(sandbox_url: str) -> None:
    order_fault(sandbox_url, delay_ms=60_000, count=3)
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        stripe_at(sandbox_url, 3.0).get_intent("pi_1")
    assert time.monotonic() - began < 5.0


def test_the_time_for_an_attempt_is_a_third_of_what_is_left() -> None:
    assert DeadlineSession(lambda: None).seconds() == 6.0
    assert DeadlineSession(lambda: 7.5).seconds() == 2.0
    assert DeadlineSession(lambda: -3.0).seconds() == 0.5
    assert DeadlineSession(lambda: 900.0).seconds() == 6.0


def test_currencies_that_stripe_counts_otherwise() -> None:
    assert (to_stripe(5, "ISK"), from_stripe(500, "ISK"), from_stripe(501, "UGX")) == (500, 5, 6)
    assert (to_stripe(5, "JPY"), from_stripe(5, "EUR")) == (5, 5)


def test_a_currency_in_which_stripe_cannot_say_every_net_and_fee_is_refused_before_anything_is_charged() -> None:
    with pytest.raises(ProviderRefused):
        to_stripe(10_000, "MGA")


@pytest.mark.parametrize("currency", ["BHD", "JOD", "KWD", "OMR", "TND"])
def test_of_three_digits_the_last_is_zero(currency: str) -> None:
    assert from_stripe(to_stripe(12_340, currency), currency) == 12_340
    with pytest.raises(ProviderRefused):
        to_stripe(12_345, currency)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 9_001), ("KWD", 9_010), ("ISK", 9_001)])
def test_money_of_other_digits_goes_in_and_out_again(sandbox_url: str, currency: str, amount: int) -> None:
    stripe = stripe_at(sandbox_url)
    intent = stripe.create_intent(amount=amount, currency=currency, key="create", **CAME)
    charge_id = stripe.confirm_intent(intent.id, "pm_card_visa", key="confirm").charge_id or ""
    account_id, _ = stripe.create_account("user_1", key="account")
    part = amount // 30 * 10
    stripe.transfer(
        amount=part, currency=currency, account_id=account_id, source=charge_id, escrow_id="escrow_1", saga_id="saga_2", key="transfer"
    )
    stripe.refund(charge_id=charge_id, amount=part, currency=currency, saga_id="saga_3", key="refund")
    stripe.pay_out(account_id=account_id, amount=part, currency=currency, saga_id="saga_4", key="payout")
    now = datetime.now(UTC)
    lines = StripeBooks(stripe.client).lines(now - timedelta(hours=1), now + timedelta(hours=1))
    assert {(line.key, line.amount, line.currency) for line in lines} == {
        ("fund:saga_1", amount, currency),
        ("release:saga_2", -part, currency),
        ("refund:saga_3", -part, currency),
    }
