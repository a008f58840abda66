"""Refunds: https://docs.stripe.com/api/refunds."""

from sandbox.storage import Json
from sandbox.stripe import ledger, payment_methods
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(session: Session, params: Params) -> Json:
    """POST /v1/refunds"""
    charge = _charge(session, params)
    left = charge["amount_captured"] - (charge["amount_refunded"] - (charge["amount"] - charge["amount_captured"]))
    if charge["refunded"] or left == 0:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"] and _is_lost_or_open(session, charge):
        raise StripeError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    amount = params.integer("amount", minimum=1) or left
    if amount > left:
        raise StripeError(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
    method = session.get("payment_method", charge["payment_method"])
    card = payment_methods.card_of(method)
    refund: Json = {
        "id": f"re_3{new_id('', 23)[1:]}",
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": session.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {method["type"]: _arrival(method), "type": method["type"]},
        "metadata": params.metadata(),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.text("reason", choices=_REASONS),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if card.refund == "pending" else "succeeded",
        "transfer_reversal": None,
    }
    booked = ledger.post(session, "refund", -amount, charge["currency"], refund["id"], description="REFUND FOR CHARGE")
    refund["balance_transaction"] = booked["id"]
    session.insert(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = amount == left
    session.save(charge)
    if card.refund != "succeeded":
        session.schedule("settle_refund", refund["id"])
    session.emit("refund.created", refund)
    session.emit("charge.refunded", charge)
    return refund


def retrieve(session: Session, params: Params, refund_id: str) -> Json:
    """GET /v1/refunds/{id}"""
    return session.get("refund", refund_id)


def update(session: Session, params: Params, refund_id: str) -> Json:
    """POST /v1/refunds/{id}"""
    refund = session.get("refund", refund_id)
    refund["metadata"] = params.metadata(refund["metadata"])
    session.save(refund)
    session.emit("refund.updated", refund)
    return refund


def settle(session: Session, refund: Json) -> None:
    """What the bank did with it: a pending refund arrives, a failing one comes back."""
    charge = session.get("charge", refund["charge"])
    card = payment_methods.card_of(session.get("payment_method", charge["payment_method"]))
    if card.refund == "pending":
        refund["status"] = "succeeded"
        session.save(refund)
        session.emit("refund.updated", refund)
        return
    booked = ledger.post(session, "refund_failure", refund["amount"], refund["currency"], refund["id"])
    refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card", "failure_balance_transaction": booked["id"]}
    session.save(refund)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    session.save(charge)
    session.emit("refund.failed", refund)
    session.emit("charge.refund.updated", refund)


def _arrival(method: Json) -> Json:
    """How the payer finds it on a statement: https://docs.stripe.com/api/refunds/object#refund_object-destination_details"""
    if method["type"] != "card":
        return {}
    return {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}


def _is_lost_or_open(session: Session, charge: Json) -> bool:
    """A dispute that was won leaves the charge as it was."""
    return any(dispute["status"] != "won" for dispute in session.storage.find("dispute", session.account, {"charge": charge["id"]}))


def _charge(session: Session, params: Params) -> Json:
    charge_id, intent_id = params.text("charge"), params.text("payment_intent")
    if (charge_id is None) == (intent_id is None):
        raise StripeError("You must provide one of the following parameters: 'charge' or 'payment_intent'.", code="parameter_missing")
    if charge_id is not None:
        charge = session.get("charge", charge_id, param="charge")
    else:
        intent = session.get("payment_intent", intent_id or "", param="payment_intent")
        if intent["latest_charge"] is None or intent["status"] != "succeeded":
            raise StripeError(f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.", param="payment_intent")
        charge = session.get("charge", intent["latest_charge"])
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise StripeError(f"Charge {charge['id']} was not captured, so it cannot be refunded.", param="charge")
    return charge
