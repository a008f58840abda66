"""Payment methods, cards and bank debits: https://docs.stripe.com/api/payment_methods."""

from sandbox.storage import Json
from sandbox.stripe import test_cards
from sandbox.stripe.errors import CardError, StripeError, missing
from sandbox.stripe.listing import page
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id
from sandbox.stripe.test_debits import DEBITS

_ALL = test_cards.CARDS | DEBITS
_SPENT = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without "
    "Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a "
    "Customer first."
)


def card_of(method: Json) -> test_cards.Card:
    return _ALL[method["_card"]]


def make(session: Session, card_name: str, customer: str | None = None) -> Json:
    card = _ALL[card_name]
    details = {"card": _card_details, "sepa_debit": _sepa_details, "us_bank_account": _ach_details}[card.type](session, card)
    person = {"email": None, "name": None} if card.type == "card" else {"email": "payer@example.com", "name": "Jenny Rosen"}
    return session.insert(
        {
            "id": f"pm_1{new_id('', 23)[1:]}",
            "object": "payment_method",
            "_card": card_name,
            "allow_redisplay": "unspecified",
            "billing_details": {"address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))}
            | {**person, "phone": None, "tax_id": None},
            card.type: details,
            "created": session.now(),
            "customer": customer,
            "customer_account": None,
            "livemode": False,
            "metadata": {},
            "type": card.type,
        }
    )


def _card_details(session: Session, card: test_cards.Card) -> Json:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": 8,
        "exp_year": session.clock.now().year + 1,
        "fingerprint": f"Xt5{card.number[-8:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _sepa_details(session: Session, card: test_cards.Card) -> Json:
    return {
        "bank_code": card.number[4:12],
        "branch_code": None,
        "country": card.country,
        "fingerprint": f"Xt5{card.number[-8:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": card.number[-4:],
    }


def _ach_details(session: Session, card: test_cards.Card) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": f"Xt5{card.number[-8:]}",
        "last4": card.number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": "110000000",
        "status_details": None,
    }


def resolve(session: Session, reference: str, *, param: str = "payment_method") -> Json:
    """The method that an id names; one of Stripe's test names makes a new method, as theirs do."""
    if (name := _named(reference)) is not None and reference.startswith("pm_"):
        return make(session, name)
    method = session.get("payment_method", reference, param=param)
    if method.get("_detached"):
        raise StripeError(_SPENT, param=param)
    return method


def create(session: Session, params: Params) -> Json:
    """POST /v1/payment_methods"""
    kind = params.text("type", required=True)
    if kind != "card":
        raise StripeError(f"The payment method type `{kind}` is not available in the sandbox.", param="type")
    card = params.nested("card")
    reference = card.text("token") or card.text("number", required=True)
    card.ignore("exp_month", "exp_year", "cvc")
    name = test_cards.named(reference)
    if name is None and reference.startswith("tok_"):
        raise missing("token", reference, param="card[token]", status=400)
    if name is None:
        raise CardError("Your card number is incorrect.", code="incorrect_number", param="number")
    method = make(session, name)
    method["metadata"] = params.metadata()
    details = params.nested("billing_details")
    for field in ("email", "name", "phone"):
        method["billing_details"][field] = details.text(field)
    details.ignore("address")
    session.save(method)
    return method


def retrieve(session: Session, params: Params, method_id: str) -> Json:
    """GET /v1/payment_methods/{id}"""
    return resolve(session, method_id) if _named(method_id) is not None else session.get("payment_method", method_id)


def attach(session: Session, params: Params, method_id: str) -> Json:
    """POST /v1/payment_methods/{id}/attach"""
    customer = session.get("customer", params.text("customer", required=True), param="customer")
    method = retrieve(session, params, method_id)
    if method["customer"] not in (None, customer["id"]):
        raise StripeError("The payment method you provided has already been attached to a customer.")
    if method.get("_detached"):
        raise StripeError(_SPENT, param="payment_method")
    card = card_of(method)
    if card.refuses_attachment and card.declines is not None:
        raise CardError(card.declines.message, code=card.declines.code, decline_code=card.declines.decline_code)
    method["customer"] = customer["id"]
    session.save(method)
    session.emit("payment_method.attached", method)
    return method


def detach(session: Session, params: Params, method_id: str) -> Json:
    """POST /v1/payment_methods/{id}/detach"""
    method = session.get("payment_method", method_id)
    if method["customer"] is None:
        raise StripeError("The payment method you provided is not attached to a customer so detachment is impossible.")
    previous = {"customer": method["customer"]}
    customer = session.get("customer", method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"]["default_payment_method"] = None
        session.save(customer)
    method |= {"customer": None, "_detached": True}
    session.save(method)
    session.emit("payment_method.detached", method, previous)
    return method


def list_for_customer(session: Session, params: Params, customer_id: str | None = None) -> Json:
    """GET /v1/payment_methods?customer=… and GET /v1/customers/{id}/payment_methods"""
    url = f"/v1/customers/{customer_id}/payment_methods" if customer_id else "/v1/payment_methods"
    customer_id = customer_id or params.text("customer", required=True)
    session.get("customer", customer_id, param="customer")
    kind = params.text("type")
    return page(session, params, "payment_method", url, {"customer": customer_id} | ({"type": kind} if kind else {}), by_date=False)


def _named(reference: str) -> str | None:
    return reference if reference in DEBITS else test_cards.named(reference)
