"""How the payer's bank is told why a payment stands, whatever was paid for."""

from __future__ import annotations

from chassis.crash_points import declare, reached
from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import OPEN
from payments.domain.errors import ChargebackNotOpen
from payments.usecases.chargeback_ports import Dispute, Disputes
from payments.usecases.ports import ProviderRefused

declare({"chargeback.evidence_submitted": "Stripe has the evidence, what became of the dispute is not recorded"})


def hand_in(disputes: Disputes, chargeback_id: str, status: ChargebackStatus, evidence: str, *, key: str) -> Dispute:
    """Once: the processor takes it under one key, and refuses more. What it decides is booked by the chargeback's saga.

    Raises:
        ChargebackNotOpen: it is decided, or the bank is at it.
        ProviderUnavailable.
    """
    if status not in OPEN:
        raise ChargebackNotOpen
    try:
        dispute = disputes.submit_evidence(chargeback_id, evidence, key=f"evidence:{key}")
    except ProviderRefused as refusal:
        raise ChargebackNotOpen from refusal
    reached("chargeback.evidence_submitted")
    return dispute
