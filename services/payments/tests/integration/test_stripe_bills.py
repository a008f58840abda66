"""Bills by Stripe's SDK, against the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from test_payment_provider import EUR, stripe_at
from test_stripe_disputes import disputes, let_a_second_pass

from contracts.payments.views import ChargebackStatus
from payments.adapters.stripe_books import StripeBooks
from payments.adapters.stripe_client import stripe_client
from payments.adapters.stripe_wallets import StripeWallets
from payments.usecases.ports import Intent, IntentStatus


def charged(sandbox_url: str, method: str, *, by_itself: bool) -> Intent:
    stripe = stripe_at(sandbox_url)
    wallets = StripeWallets(stripe_client("sk_test_1", sandbox_url, lambda: None))
    customer = wallets.create_customer("user_1", key="customer")
    saved = wallets.attach(customer, method, key=f"attach {method}")
    intent = stripe.create_intent(
        amount=1_900, currency=EUR, customer_id=customer, bill_id="bill_1", saga_id="saga_1", key=f"create {method}"
    )
    assert intent.status is IntentStatus.UNCONFIRMED
    return stripe.confirm_intent(intent.id, saved.id, by_itself=by_itself, key=f"confirm {method}")


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_saved_card_is_charged_whether_the_payer_is_there_or_not(sandbox_url: str, by_itself: bool) -> None:
    assert charged(sandbox_url, "pm_card_visa", by_itself=by_itself).status is IntentStatus.SUCCEEDED


def test_a_bank_that_wants_the_payer_declines_at_night_and_asks_by_day(sandbox_url: str) -> None:
    declined = charged(sandbox_url, "pm_card_authenticationRequired", by_itself=True)
    assert (declined.status, declined.code) == (IntentStatus.DECLINED, "authentication_required")
    assert stripe_at(sandbox_url).cancel_intent(declined.id, key="cancel").status is IntentStatus.CANCELED
    asked = charged(sandbox_url, "pm_card_threeDSecure2Required", by_itself=False)
    assert asked.status is IntentStatus.REQUIRES_ACTION
    assert asked.action_url


def test_a_debit_is_under_way_and_a_card_without_money_is_declined(sandbox_url: str) -> None:
    assert charged(sandbox_url, "pm_success_de", by_itself=True).status is IntentStatus.PROCESSING
    assert charged(sandbox_url, "pm_card_chargeCustomerFail", by_itself=True).status is IntentStatus.DECLINED


def test_stripes_books_tell_of_bills_by_their_journals(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    charge_id = charged(sandbox_url, "pm_card_visa", by_itself=True).charge_id or ""
    stripe.refund(charge_id=charge_id, amount=400, currency=EUR, saga_id="saga_2", key="refund", bill_id="bill_1")
    now = datetime.now(UTC)
    lines = StripeBooks(stripe.client).lines(now - timedelta(hours=1), now + timedelta(hours=1))
    assert {line.key: line.amount for line in lines} == {"subscription:bill_1": 1_900, "subscription_refund:saga_2": -400}


def test_a_dispute_leads_to_its_bill_and_its_booking_to_its_journal(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    charged(sandbox_url, "pm_card_createDispute", by_itself=True)
    let_a_second_pass(sandbox_url)
    (made,) = disputes(sandbox_url)
    dispute = stripe.get_dispute(made["id"])
    assert (dispute.bill_id, dispute.escrow_id, dispute.withdrawn) == ("bill_1", None, True)
    assert (dispute.status, dispute.amount, dispute.currency) == (ChargebackStatus.NEEDS_RESPONSE, 1_900, EUR)
    now = datetime.now(UTC)
    lines = StripeBooks(stripe.client).lines(now - timedelta(hours=1), now + timedelta(hours=1))
    assert {line.key: line.amount for line in lines} == {"subscription:bill_1": 1_900, f"chargeback:{dispute.id}": -1_900}
