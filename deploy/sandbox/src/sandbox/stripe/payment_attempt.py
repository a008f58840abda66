"""One attempt to pay an intent: 3-D Secure where the card asks for it, then the charge or the decline."""

from dataclasses import dataclass

from sandbox.storage import Json
from sandbox.stripe import charges, payment_methods
from sandbox.stripe.errors import CardError
from sandbox.stripe.session import Session, visible
from sandbox.stripe.test_cards import Decline


@dataclass(frozen=True)
class Attempt:
    return_url: str | None = None
    off_session: bool = False
    refuse_action: bool = False


_AUTHENTICATE = Decline(
    "authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication."
)


def attempt(session: Session, intent: Json, method: Json, how: Attempt) -> None:
    """Move the intent on: to succeeded, requires_capture or requires_action.

    Raises:
        CardError: declined; the intent waits for another payment method, and the failed charge stays.
    """
    intent["last_payment_error"] = None
    if not payment_methods.card_of(method).needs_authentication:
        charge(session, intent, method)
    elif how.off_session or how.refuse_action:
        _decline(session, intent, method, _AUTHENTICATE)
    else:
        intent |= {"status": "requires_action", "next_action": _next_action(session, intent, how.return_url)}
        session.save(intent)
        session.emit("payment_intent.requires_action", intent)


def charge(session: Session, intent: Json, method: Json) -> None:
    """Charge the method, authentication being done or not needed.

    Raises:
        CardError: declined.
    """
    decline = payment_methods.card_of(method).declines
    if decline is not None:
        _decline(session, intent, method, decline)
    captured = intent["capture_method"] != "manual"
    charged = charges.make(session, intent, method, captured=captured)
    intent |= {"latest_charge": charged["id"], "next_action": None}
    if captured:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    else:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    session.save(intent)
    session.emit("payment_intent.succeeded" if captured else "payment_intent.amount_capturable_updated", intent)


def authenticated(session: Session, intent: Json, passed: bool) -> None:
    """The person came back from 3-D Secure; nobody waits for an error, so a decline shows in the intent alone."""
    method = session.get("payment_method", intent["payment_method"])
    try:
        if passed:
            charge(session, intent, method)
        else:
            message = "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod."
            _fail(session, intent, CardError(message, code="payment_intent_authentication_failure", payment_method=visible(method)))
    except CardError:
        return


def _decline(session: Session, intent: Json, method: Json, decline: Decline) -> None:
    failed = charges.make(session, intent, method, captured=False, decline=decline)
    intent["latest_charge"] = failed["id"]
    error = CardError(
        decline.message, code=decline.code, decline_code=decline.decline_code, charge=failed["id"], payment_method=visible(method)
    )
    _fail(session, intent, error)
    error.error["payment_intent"] = visible(intent)
    raise error


def _fail(session: Session, intent: Json, error: CardError) -> None:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": dict(error.error),
    }
    session.save(intent)
    session.emit("payment_intent.payment_failed", intent)


def _next_action(session: Session, intent: Json, return_url: str | None) -> Json:
    url = f"{session.settings.base_url}/3d_secure/{intent['id']}?client_secret={intent['client_secret']}"
    intent["_return_url"] = return_url
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url, "source": intent["id"]}}
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
