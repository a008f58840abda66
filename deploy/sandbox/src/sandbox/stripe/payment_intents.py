"""Payment intents and their states: https://docs.stripe.com/api/payment_intents, /payments/paymentintents/lifecycle."""

from sandbox.storage import Json
from sandbox.stripe import charges, payment_methods
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.payment_attempt import Attempt, attempt
from sandbox.stripe.session import Session, new_id, visible
from sandbox.stripe.test_debits import CURRENCY

_CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
_TEXTS = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")
MINIMUM, MAXIMUM = 50, 99_999_999
# https://docs.stripe.com/currencies#special-cases
_STEPS = {"isk": 100, "ugx": 100} | dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 10)


def create(session: Session, params: Params) -> Json:
    """POST /v1/payment_intents"""
    currency = params.currency()
    amount = _amount(params, currency)
    customer = params.text("customer")
    intent_id = f"pi_3{new_id('', 23)[1:]}"
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": _automatic_methods(params),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.text("capture_method", choices=("automatic", "automatic_async", "manual")) or "automatic_async",
        "client_secret": f"{intent_id}_secret_{new_id('', 25)[1:]}",
        "confirmation_method": params.text("confirmation_method", choices=("automatic", "manual")) or "automatic",
        "created": session.now(),
        "currency": currency,
        "customer": session.get("customer", customer, param="customer")["id"] if customer else None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": params.metadata(),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": params.texts("payment_method_types")
        or ["card", *(kind for kind, code in CURRENCY.items() if code == currency)],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": params.text("setup_future_usage", choices=("off_session", "on_session")),
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    _fill(session, intent, params)
    session.insert(intent)
    session.emit("payment_intent.created", intent)
    if params.flag("confirm"):
        return _confirm(session, intent, params)
    params.ignore("off_session", "error_on_requires_action")
    return intent


def retrieve(session: Session, params: Params, intent_id: str) -> Json:
    """GET /v1/payment_intents/{id}"""
    params.ignore("client_secret")
    return session.get("payment_intent", intent_id)


def update(session: Session, params: Params, intent_id: str) -> Json:
    """POST /v1/payment_intents/{id}"""
    intent = session.get("payment_intent", intent_id)
    if "amount" in params or "payment_method" in params:
        _demand(intent, ("requires_payment_method", "requires_confirmation", "requires_action"), "update")
    if "amount" in params:
        intent["amount"] = _amount(params, intent["currency"])
    intent["metadata"] = params.metadata(intent["metadata"])
    _fill(session, intent, params)
    session.save(intent)
    return intent


def confirm(session: Session, params: Params, intent_id: str) -> Json:
    """POST /v1/payment_intents/{id}/confirm"""
    intent = session.get("payment_intent", intent_id)
    if intent["status"] in ("succeeded", "requires_capture"):
        raise _unexpected(
            intent, "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
        )
    _demand(intent, _CONFIRMABLE, "confirm")
    _fill(session, intent, params, ("receipt_email",))
    return _confirm(session, intent, params)


def _confirm(session: Session, intent: Json, params: Params) -> Json:
    return_url, off_session = params.text("return_url"), params.flag("off_session")
    refuse_action = params.flag("error_on_requires_action")
    if intent["payment_method"] is None:
        raise _unexpected(intent, "You cannot confirm this PaymentIntent because it's missing a payment method. " + _UPDATE_HINT)
    automatic = intent["automatic_payment_methods"]
    mandate = _mandate(params)
    if return_url is None and not off_session and automatic and automatic["allow_redirects"] == "always":
        raise StripeError(_RETURN_URL)
    params.refuse_unknown()
    method = session.get("payment_method", intent["payment_method"])
    attempt(session, intent, method, Attempt(return_url, off_session, refuse_action, mandate))
    return intent


def _mandate(params: Params) -> bool:
    """https://docs.stripe.com/api/payment_intents/confirm#confirm_payment_intent-mandate_data"""
    if params.raw("mandate_data") in (None, ""):
        return False
    acceptance = params.nested("mandate_data").nested("customer_acceptance")
    if acceptance.text("type", required=True, choices=("online", "offline")) == "online":
        online = acceptance.nested("online")
        online.text("ip_address", required=True)
        online.text("user_agent", required=True)
    acceptance.integer("accepted_at")
    acceptance.ignore("offline")
    return True


def capture(session: Session, params: Params, intent_id: str) -> Json:
    """POST /v1/payment_intents/{id}/capture"""
    intent = session.get("payment_intent", intent_id)
    if intent["status"] != "requires_capture":
        raise _unexpected(
            intent,
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
        )
    amount = params.integer("amount_to_capture", minimum=1) or intent["amount_capturable"]
    if amount > intent["amount_capturable"]:
        raise StripeError(
            "The amount to capture is greater than the amount that is authorized.", code="amount_too_large", param="amount_to_capture"
        )
    intent["metadata"] = params.metadata(intent["metadata"])
    params.ignore("final_capture", "statement_descriptor", "statement_descriptor_suffix")
    charge = session.get("charge", intent["latest_charge"])
    charges.capture(session, charge, session.get("payment_method", intent["payment_method"]), amount)
    session.emit("charge.captured", charge)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    session.save(intent)
    session.emit("payment_intent.succeeded", intent)
    return intent


def cancel(session: Session, params: Params, intent_id: str) -> Json:
    """POST /v1/payment_intents/{id}/cancel"""
    intent = session.get("payment_intent", intent_id)
    _demand(intent, _CANCELABLE, "cancel")
    intent |= {
        "cancellation_reason": params.text("cancellation_reason", choices=_REASONS),
        "status": "canceled",
        "canceled_at": session.now(),
        "amount_capturable": 0,
        "next_action": None,
    }
    session.save(intent)
    session.emit("payment_intent.canceled", intent)
    return intent


def _amount(params: Params, currency: str) -> int:
    amount = params.integer("amount", required=True, minimum=1)
    if amount < MINIMUM:
        raise StripeError("Amount must be no less than the minimum charge amount of 50.", code="amount_too_small", param="amount")
    if amount > MAXIMUM:
        raise StripeError("Amount must be no more than 99999999.", code="amount_too_large", param="amount")
    if amount % _STEPS.get(currency, 1):
        raise StripeError(f"Amounts in {currency} must be evenly divisible by {_STEPS[currency]}.", param="amount")
    return amount


def _automatic_methods(params: Params) -> Json | None:
    automatic = params.nested("automatic_payment_methods")
    if "automatic_payment_methods" in params:
        automatic.text("enabled", required=True)
    enabled = automatic.flag("enabled", default=True)
    redirects = automatic.text("allow_redirects", choices=("always", "never")) or "always"
    if "payment_method_types" in params or not enabled:
        return None
    return {"allow_redirects": redirects, "enabled": True}


def _fill(session: Session, intent: Json, params: Params, texts: tuple[str, ...] = _TEXTS) -> None:
    for name in texts:
        if name in params:
            intent[name] = params.text(name)
    reference = params.text("payment_method")
    if reference is None:
        return
    method = payment_methods.resolve(session, reference)
    if method["customer"] not in (None, intent["customer"]):
        message = "The provided PaymentMethod belongs to a Customer. Please include the Customer in the `customer` parameter on the PaymentIntent."
        raise StripeError(message, param="payment_method")
    intent |= {"payment_method": method["id"], "status": "requires_confirmation"}


def _demand(intent: Json, statuses: tuple[str, ...], verb: str) -> None:
    if intent["status"] not in statuses:
        past = {"cancel": "canceled"}.get(verb, f"{verb}ed".replace("ee", "e"))
        raise _unexpected(
            intent,
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be {past}: {', '.join(statuses)}.",
        )


def _unexpected(intent: Json, message: str) -> StripeError:
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=visible(intent))


_UPDATE_HINT = "You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."
_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your "
    "customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set "
    "`automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)
