"""Payment methods (cards): https://docs.stripe.com/api/payment_methods."""

from sandbox.storage import Json
from sandbox.stripe import test_cards
from sandbox.stripe.errors import CardError, StripeError, missing
from sandbox.stripe.listing import page
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id


def card_of(method: Json) -> test_cards.Card:
    return test_cards.CARDS[method["_card"]]


def make(session: Session, card_name: str, customer: str | None = None) -> Json:
    card = test_cards.CARDS[card_name]
    return session.insert(
        {
            "id": f"pm_1{new_id('', 23)[1:]}",
            "object": "payment_method",
            "_card": card_name,
            "allow_redisplay": "unspecified",
            "billing_details": {"address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))}
            | {"email": None, "name": None, "phone": None, "tax_id": None},
            "card": {
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
            },
            "created": session.now(),
            "customer": customer,
            "livemode": False,
            "metadata": {},
            "type": "card",
        }
    )


def resolve(session: Session, reference: str, *, param: str = "payment_method") -> Json:
    """The method that an id names; one of Stripe's test names makes a new method, as theirs do."""
    if (name := test_cards.named(reference)) is not None and reference.startswith("pm_"):
        return make(session, name)
    return session.get("payment_method", reference, param=param)


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
    return resolve(session, method_id) if method_id.startswith("pm_card_") else session.get("payment_method", method_id)


def attach(session: Session, params: Params, method_id: str) -> Json:
    """POST /v1/payment_methods/{id}/attach"""
    customer = session.get("customer", params.text("customer", required=True), param="customer")
    method = retrieve(session, params, method_id)
    if method["customer"] not in (None, customer["id"]):
        raise StripeError("The payment method you provided has already been attached to a customer.")
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
    method["customer"] = None
    session.save(method)
    session.emit("payment_method.detached", method, previous)
    return method


def list_for_customer(session: Session, params: Params, customer_id: str | None = None) -> Json:
    """GET /v1/payment_methods?customer=… and GET /v1/customers/{id}/payment_methods"""
    url = f"/v1/customers/{customer_id}/payment_methods" if customer_id else "/v1/payment_methods"
    customer_id = customer_id or params.text("customer", required=True)
    session.get("customer", customer_id, param="customer")
    kind = params.text("type")
    return page(session, params, "payment_method", url, {"customer": customer_id} | ({"type": kind} if kind else {}))
