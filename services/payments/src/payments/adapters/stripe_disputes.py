"""Disputes (chargebacks) at Stripe: https://docs.stripe.com/api/disputes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import stripe

from contracts.payments.views import ChargebackStatus
from payments.adapters.stripe_amounts import from_stripe
from payments.adapters.stripe_client import changing, looking
from payments.usecases.chargeback_ports import Dispute

# `prevented` disputes took nothing; what is `warning_closed` was an inquiry that came to nothing.
_STATUS = {
    "warning_needs_response": ChargebackStatus.INQUIRY,
    "warning_under_review": ChargebackStatus.INQUIRY,
    "warning_closed": ChargebackStatus.WON,
    "prevented": ChargebackStatus.WON,
    "needs_response": ChargebackStatus.NEEDS_RESPONSE,
    "under_review": ChargebackStatus.UNDER_REVIEW,
    "won": ChargebackStatus.WON,
    "lost": ChargebackStatus.LOST,
}


@dataclass(frozen=True)  # without slots: a base beside another that has them
class StripeDisputes:
    client: stripe.StripeClient

    def get_dispute(self, dispute_id: str) -> Dispute:
        with looking():
            return self._dispute(self.client.v1.disputes.retrieve(dispute_id, {"expand": ["payment_intent"]}))

    def submit_evidence(self, dispute_id: str, evidence: str, *, key: str) -> Dispute:
        with changing():
            self.client.v1.disputes.update(
                dispute_id, {"evidence": {"uncategorized_text": evidence}, "submit": True}, {"idempotency_key": key}
            )
        return self.get_dispute(dispute_id)

    def _dispute(self, dispute: stripe.Dispute) -> Dispute:
        currency, intent, details = dispute.currency.upper(), dispute.payment_intent, dispute.evidence_details
        ours = None if intent is None or isinstance(intent, str) else intent.metadata
        charge = dispute.charge
        return Dispute(
            id=dispute.id,
            status=_STATUS[dispute.status],
            amount=from_stripe(dispute.amount, currency),
            currency=currency,
            charge_id=charge if isinstance(charge, str) else charge.id,
            escrow_id=ours["escrow_id"] if ours and "escrow_id" in ours else None,
            reason=dispute.reason,
            evidence_due_by=datetime.fromtimestamp(details.due_by, UTC) if details and details.due_by else None,
            bill_id=ours["bill_id"] if ours and "bill_id" in ours else None,
            withdrawn=any(booked.amount < 0 for booked in dispute.balance_transactions),
        )
