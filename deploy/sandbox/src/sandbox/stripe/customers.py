"""Customers: https://docs.stripe.com/api/customers."""

from sandbox.storage import Json
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id

_TEXTS = ("name", "email", "phone", "description")


def create(session: Session, params: Params) -> Json:
    """POST /v1/customers"""
    customer: Json = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": session.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("", 8)[1:].upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": False,
        "metadata": params.metadata(),
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": params.texts("preferred_locales"),
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _fill(customer, params)
    session.insert(customer)
    session.emit("customer.created", customer)
    return customer


def update(session: Session, params: Params, customer_id: str) -> Json:
    """POST /v1/customers/{id}"""
    customer = session.get("customer", customer_id)
    customer["metadata"] = params.metadata(customer["metadata"])
    settings = params.nested("invoice_settings")
    if "default_payment_method" in settings:
        default = settings.text("default_payment_method")
        customer["invoice_settings"]["default_payment_method"] = _attached(session, customer_id, default) if default else None
    _fill(customer, params)
    session.save(customer)
    session.emit("customer.updated", customer)
    return customer


def retrieve(session: Session, params: Params, customer_id: str) -> Json:
    """GET /v1/customers/{id}; of one that was deleted a stub remains."""
    return session.get("customer", customer_id, deleted=True)


def delete(session: Session, params: Params, customer_id: str) -> Json:
    """DELETE /v1/customers/{id}"""
    customer = session.get("customer", customer_id)
    stub: Json = {"id": customer_id, "object": "customer", "deleted": True}
    session.save(stub)
    session.emit("customer.deleted", customer)
    return stub


def _attached(session: Session, customer_id: str, method_id: str) -> str:
    method = session.get("payment_method", method_id, param="invoice_settings[default_payment_method]")
    if method["customer"] != customer_id:
        raise StripeError(
            f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached to the customer.",
            code="resource_missing",
            param="invoice_settings[default_payment_method]",
        )
    return str(method["id"])


def _fill(customer: Json, params: Params) -> None:
    for name in _TEXTS:
        if name in params:
            customer[name] = params.text(name)
    if "address" in params:
        fields = params.nested("address")
        names = ("city", "country", "line1", "line2", "postal_code", "state")
        customer["address"] = {name: fields.text(name) for name in names}
    params.ignore("tax_exempt", "shipping", "preferred_locales")
