"""Disputes by Stripe's SDK, against the sandbox."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from test_payment_provider import EUR, stripe_at

from contracts.payments.views import ChargebackStatus
from payments.usecases.ports import ProviderRefused


def let_a_second_pass(sandbox_url: str) -> None:
    """What is due at the bank has happened when this answers."""
    advance = urllib.request.Request(f"{sandbox_url}/_sandbox/clock/advance", b'{"seconds": 1}', {"Content-Type": "application/json"})
    urllib.request.urlopen(advance, timeout=5).close()


def disputes(sandbox_url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{sandbox_url}/_sandbox/stripe/disputes", timeout=5) as answer:
        return list(json.load(answer)["items"])


@pytest.mark.parametrize(
    ("evidence", "end"), [("winning_evidence", ChargebackStatus.WON), ("losing_evidence", ChargebackStatus.LOST)], ids=["won", "lost"]
)
def test_a_dispute_is_read_answered_and_decided(sandbox_url: str, evidence: str, end: ChargebackStatus) -> None:
    stripe = stripe_at(sandbox_url)
    intent = stripe.create_intent(amount=60_000, currency=EUR, escrow_id="escrow_1", saga_id="saga_1", key="create")
    charge_id = stripe.confirm_intent(intent.id, "pm_card_createDispute", key="confirm").charge_id
    let_a_second_pass(sandbox_url)
    (made,) = disputes(sandbox_url)

    dispute = stripe.get_dispute(made["id"])
    assert (dispute.status, dispute.amount, dispute.currency) == (ChargebackStatus.NEEDS_RESPONSE, 60_000, EUR)
    assert (dispute.charge_id, dispute.escrow_id, dispute.reason, dispute.withdrawn) == (charge_id, "escrow_1", "fraudulent", True)
    assert dispute.evidence_due_by is not None

    assert stripe.submit_evidence(dispute.id, evidence, key="evidence").status in (ChargebackStatus.UNDER_REVIEW, end)
    let_a_second_pass(sandbox_url)
    assert stripe.get_dispute(dispute.id).status is end
    with pytest.raises(ProviderRefused):
        stripe.submit_evidence(dispute.id, "more", key="more")
