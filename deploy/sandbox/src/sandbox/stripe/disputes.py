"""Disputes (chargebacks): https://docs.stripe.com/api/disputes. Evidence decides as in Stripe's test mode: winning_evidence or losing_evidence."""

from sandbox.storage import Json
from sandbox.stripe import ledger
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id

_FEE = 1500
_DAYS_TO_ANSWER = 9
# https://docs.stripe.com/api/disputes/evidence_object
_EVIDENCE = (
    *("access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure", "cancellation_rebuttal"),
    *("customer_communication", "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature"),
    *("duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt"),
    *("refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation"),
    *("shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number"),
    *("uncategorized_file", "uncategorized_text"),
)


def open_dispute(session: Session, charge: Json, reason: str) -> None:
    """The payer's bank takes the money back until the case is decided."""
    dispute_id = f"du_1{new_id('', 23)[1:]}"
    withdrawn = ledger.post(
        session, "adjustment", -charge["amount_captured"], charge["currency"], dispute_id, fee=_FEE, description="Chargeback withdrawal"
    )
    dispute: Json = {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge["amount_captured"],
        "balance_transactions": [withdrawn],
        "charge": charge["id"],
        "created": session.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": session.now() + _DAYS_TO_ANSWER * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "83"},
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
    session.insert(dispute)
    charge["disputed"] = True
    session.save(charge)
    session.emit("charge.dispute.created", dispute)
    session.emit("charge.dispute.funds_withdrawn", dispute)


def retrieve(session: Session, params: Params, dispute_id: str) -> Json:
    """GET /v1/disputes/{id}"""
    return session.get("dispute", dispute_id)


def update(session: Session, params: Params, dispute_id: str) -> Json:
    """POST /v1/disputes/{id}"""
    dispute = session.get("dispute", dispute_id)
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise StripeError("This dispute is already closed or under review.", code="dispute_not_updatable")
    dispute["metadata"] = params.metadata(dispute["metadata"])
    evidence = params.nested("evidence")
    given = {name: evidence.text(name) for name in _EVIDENCE if name in evidence}
    submit = params.flag("submit", default=True)
    dispute["evidence"] |= given
    if given:
        dispute["evidence_details"] |= {"has_evidence": True}
    if given and submit:
        dispute["evidence_details"] |= {
            "submission_count": dispute["evidence_details"]["submission_count"] + 1,
            "submission_method": "manual",
        }
        dispute["status"] = "under_review"
        session.schedule("decide_dispute", dispute_id)
    session.save(dispute)
    session.emit("charge.dispute.updated", dispute)
    return dispute


def close(session: Session, params: Params, dispute_id: str) -> Json:
    """POST /v1/disputes/{id}/close: the merchant gives in."""
    dispute = session.get("dispute", dispute_id)
    if dispute["status"] in ("won", "lost"):
        raise StripeError("This dispute is already closed.", code="dispute_already_closed")
    return _end(session, dispute, "lost")


def decide(session: Session, dispute: Json) -> None:
    """What the bank says to the evidence; without one of Stripe's two words it stays under review."""
    word = dispute["evidence"].get("uncategorized_text")
    if dispute["status"] == "under_review" and word in ("winning_evidence", "losing_evidence"):
        _end(session, dispute, "won" if word == "winning_evidence" else "lost")


def _end(session: Session, dispute: Json, status: str) -> Json:
    dispute["status"] = status
    if status == "won":
        back = ledger.post(session, "adjustment", dispute["amount"], dispute["currency"], dispute["id"], description="Chargeback reversal")
        dispute["balance_transactions"].append(back)
    session.save(dispute)
    if status == "won":
        session.emit("charge.dispute.funds_reinstated", dispute)
    session.emit("charge.dispute.closed", dispute)
    return dispute
