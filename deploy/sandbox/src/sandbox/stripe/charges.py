"""Charges: made by payment intents, never directly. https://docs.stripe.com/api/charges."""

from sandbox.storage import Json
from sandbox.stripe import ledger, payment_methods
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id
from sandbox.stripe.test_cards import Decline

_ZERO_DECIMAL = frozenset(["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"])


def processing_fee(amount: int, currency: str) -> int:
    """Stripe's list price for cards in the United States, 2.9 % + 30, taken for every country and rounded half up."""
    return (amount * 29 + 500) // 1000 + (0 if currency in _ZERO_DECIMAL else 30)


def make(session: Session, intent: Json, method: Json, *, captured: bool, decline: Decline | None = None) -> Json:
    """Charge the method for the intent. A declined charge is recorded as failed."""
    charge: Json = {
        "id": f"ch_3{new_id('', 23)[1:]}",
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "OPENCHANCE",
        "captured": False,
        "created": session.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {method["type"]: _details(method), "type": method["type"]},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if decline else "succeeded",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"] or (None if decline else f"group_{intent['id']}"),
    }
    session.insert(charge)
    if decline is None and captured:
        capture(session, charge, method, intent["amount"])
    session.emit("charge.failed" if decline else "charge.succeeded", charge)
    return charge


def capture(session: Session, charge: Json, method: Json, amount: int) -> None:
    """Take the money (what is authorized above `amount` goes back) and book it, available after settlement."""
    card = payment_methods.card_of(method)
    delay = 0 if card.settles_at_once else session.settings.settlement_seconds
    charge |= {"captured": True, "amount_captured": amount, "amount_refunded": charge["amount"] - amount}
    fee = processing_fee(amount, charge["currency"])
    booked = ledger.post(session, "charge", amount, charge["currency"], charge["id"], fee=fee, available_on=session.now() + delay)
    charge["balance_transaction"] = booked["id"]
    session.save(charge)
    if card.disputed is not None:
        session.schedule("open_dispute", charge["id"])


def retrieve(session: Session, params: Params, charge_id: str) -> Json:
    """GET /v1/charges/{id}"""
    return session.get("charge", charge_id)


def update(session: Session, params: Params, charge_id: str) -> Json:
    """POST /v1/charges/{id}"""
    charge = session.get("charge", charge_id)
    charge["metadata"] = params.metadata(charge["metadata"])
    for name in ("description", "receipt_email", "transfer_group"):
        if name in params:
            charge[name] = params.text(name)
    session.save(charge)
    session.emit("charge.updated", charge)
    return charge


def _details(method: Json) -> Json:
    """What of a method a charge shows: https://docs.stripe.com/api/charges/object#charge_object-payment_method_details"""
    of_method: Json = method[method["type"]]
    return of_method | {"mandate": method.get("_mandate")} if method["type"] == "sepa_debit" else of_method


def _outcome(decline: Decline | None) -> Json:
    if decline is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 32,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": "01",
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "risk_level": "normal",
        "risk_score": 4,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
