"""Charges: made by payment intents, never directly. https://docs.stripe.com/api/charges."""

from sandbox.storage import Json
from sandbox.stripe import ledger, payment_methods
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id
from sandbox.stripe.test_cards import Decline

_ZERO_DECIMAL = frozenset(["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"])

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_OF_THE_METHOD_ALONE = {
    "card": ("display_brand", "generated_from", "networks", "three_d_secure_usage"),
    "sepa_debit": ("generated_from",),
    "us_bank_account": ("financial_connections_account", "networks", "status_details"),
}
# What every charge has, whether it is one or the payment that a transfer is to its receiver.
_EMPTY: Json = {
    "id": "",
    "object": "charge",
    "amount": 0,
    "amount_captured": 0,
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "billing_details": None,
    "calculated_statement_descriptor": None,
    "captured": False,
    "created": 0,
    "currency": "",
    "customer": None,
    "description": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "livemode": False,
    "metadata": {},
    "on_behalf_of": None,
    "outcome": None,
    "paid": False,
    "payment_intent": None,
    "payment_method": None,
    "payment_method_details": None,
    "receipt_email": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "pending",
    "transfer_data": None,
    "transfer_group": None,
}


def processing_fee(amount: int, currency: str) -> int:
    """Stripe's list price for cards in the United States, 2.9 % + 30, taken for every country and rounded half up."""
    return (amount * 29 + 500) // 1000 + (0 if currency in _ZERO_DECIMAL else 30)


def make(session: Session, intent: Json, method: Json, *, captured: bool, decline: Decline | None = None) -> Json:
    """Charge the method for the intent. A declined charge is recorded as failed."""
    charge = _EMPTY | {
        "id": f"ch_3{new_id('', 23)[1:]}",
        "amount": intent["amount"],
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "OPENCHANCE",
        "created": session.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "metadata": intent["metadata"],
        "outcome": _outcome(decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {method["type"]: _details(method, intent["amount"]), "type": method["type"]},
        "receipt_email": intent["receipt_email"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if decline else "succeeded",
        "transfer_group": intent["transfer_group"] or (None if decline else f"group_{intent['id']}"),
    }
    session.insert(charge)
    if decline is None and captured:
        capture(session, charge, method, intent["amount"])
    session.emit("charge.failed" if decline else "charge.succeeded", charge)
    return charge


def from_transfer(session: Session, transfer: Json, available_on: int) -> Json:
    """The payment that a transfer is in the account it goes to, booked there."""
    payment_id = f"py_1{new_id('', 23)[1:]}"
    booked = ledger.post(session, "payment", transfer["amount"], transfer["currency"], payment_id, available_on=available_on)
    return session.insert(
        _EMPTY
        | {
            "id": payment_id,
            "amount": transfer["amount"],
            "amount_captured": transfer["amount"],
            "balance_transaction": booked["id"],
            "billing_details": {"address": dict.fromkeys(ADDRESS), "email": None, "name": None, "phone": None, "tax_id": None},
            "captured": True,
            "created": session.now(),
            "currency": transfer["currency"],
            "description": transfer["description"],
            "paid": True,
            "source_transfer": transfer["id"],
            "status": "succeeded",
            "transfer_group": transfer["transfer_group"],
        }
    )


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


def _details(method: Json, amount: int) -> Json:
    """What of a method a charge shows: https://docs.stripe.com/api/charges/object#charge_object-payment_method_details"""
    of_method = {name: value for name, value in method[method["type"]].items() if name not in _OF_THE_METHOD_ALONE[method["type"]]}
    if method["type"] == "card":
        of_payment = {
            "amount_authorized": amount,
            "installments": None,
            "mandate": None,
            "network": of_method["brand"],
            "three_d_secure": None,
        }
        return of_method | of_payment
    return of_method | {"mandate": method.get("_mandate")}


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
