"""Accounts for payouts and the settlement of charges by Stripe's SDK, against the sandbox."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from test_payment_provider import charged, stripe_at

from payments.adapters.stripe_books import StripeBooks
from payments.domain.payout_account import GONE
from payments.usecases.ports import ProviderRefused
from payments.usecases.reconciliation_ports import AccountGone


def get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return dict(json.load(answer))


def test_a_person_is_onboarded_on_the_processors_page(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    made = stripe.client.v1.accounts.create(
        {"type": "express", "capabilities": {"transfers": {"requested": True}}, "metadata": {"sandbox_onboarding": "required"}}
    )
    state = stripe.get_account(made.id)
    assert (state.details_submitted, state.payouts_enabled, state.transfers_enabled) == (False, False, False)
    assert "external_account" in state.requirements_due
    assert state.disabled_reason

    link = stripe.onboarding_link(made.id, key="link")
    assert stripe.onboarding_link(made.id, key="link") == link
    assert link.expires_at > datetime.now(UTC)
    page = urllib.request.Request(link.url, data=b"", method="POST")
    with pytest.raises(urllib.error.HTTPError) as redirect:
        urllib.request.build_opener(_StayHere).open(page, timeout=5)
    assert redirect.value.headers["Location"] == stripe.return_url
    redirect.value.close()

    state = stripe.get_account(made.id)
    assert (state.details_submitted, state.payouts_enabled, state.transfers_enabled) == (True, True, True)
    assert (state.requirements_due, state.disabled_reason) == ((), None)


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def test_an_account_that_is_not_onboarded_gets_no_transfer(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    charge_id = charged(stripe).charge_id or ""
    made = stripe.client.v1.accounts.create({"type": "express", "metadata": {"sandbox_onboarding": "required"}})
    with pytest.raises(ProviderRefused) as refusal:
        stripe.transfer(
            amount=100, currency="EUR", account_id=made.id, source=charge_id, escrow_id="escrow_1", saga_id="saga_1", key="transfer"
        )
    assert refusal.value.code == "insufficient_capabilities_for_transfer"


def test_an_account_that_was_deleted_is_gone_and_so_are_its_books(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    charge_id = charged(stripe).charge_id or ""
    account_id, _ = stripe.create_account("user_1", key="account")
    stripe.client.v1.accounts.delete(account_id)
    assert stripe.get_account(account_id) == GONE
    with pytest.raises(ProviderRefused):
        stripe.transfer(
            amount=100, currency="EUR", account_id=account_id, source=charge_id, escrow_id="escrow_1", saga_id="saga_1", key="transfer"
        )
    with pytest.raises(ProviderRefused, match="account_invalid"):
        stripe.pay_out(account_id=account_id, amount=100, currency="EUR", saga_id="saga_2", key="payout")
    now = datetime.now(UTC)
    with pytest.raises(AccountGone):
        list(StripeBooks(stripe.client).payouts(account_id, now - timedelta(hours=1), now))


def test_a_charge_says_when_its_money_can_be_paid_out(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    settles_at = stripe.settles_at(charged(stripe).charge_id or "")
    assert abs((settles_at - datetime.now(UTC)).total_seconds()) < 120
