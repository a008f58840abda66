"""One attempt to pay an intent: 3-D Secure where the card asks for it, days of waiting for a bank debit, then the charge or the decline."""

from contextlib import suppress
from dataclasses import dataclass

from sandbox.storage import Json
from sandbox.stripe import charges, payment_methods
from sandbox.stripe.errors import CardError, StripeError
from sandbox.stripe.session import Session, new_id, visible
from sandbox.stripe.test_cards import Decline
from sandbox.stripe.test_debits import CURRENCY


@dataclass(frozen=True)
class Attempt:
    return_url: str | None = None
    off_session: bool = False
    refuse_action: bool = False
    mandate: bool = False  # the payer agreed to be debited


_AUTHENTICATE = Decline(
    "authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication."
)


def attempt(session: Session, intent: Json, method: Json, how: Attempt) -> None:
    """Move the intent on: to succeeded, requires_capture or requires_action.

    Raises:
        CardError: declined; the intent waits for another payment method, and the failed charge stays.
    """
    intent["last_payment_error"] = None
    if payment_methods.card_of(method).delayed:
        _debit(session, intent, method, how)
    elif not payment_methods.card_of(method).needs_authentication:
        charge(session, intent, method)
    elif how.off_session or how.refuse_action:
        _decline(session, intent, method, _AUTHENTICATE)
    else:
        intent |= {"status": "requires_action", "next_action": _next_action(session, intent, how.return_url)}
        session.save(intent)
        session.emit("payment_intent.requires_action", intent)


def _debit(session: Session, intent: Json, method: Json, how: Attempt) -> None:
    """A bank debit is told to the bank, which answers in days."""
    if intent["currency"] != CURRENCY[method["type"]]:
        raise StripeError(
            f"The currency provided ({intent['currency']}) is invalid for the payment method type {method['type']}.", param="payment_method"
        )
    if not how.mandate and not method.get("_mandate"):
        raise StripeError(
            "This PaymentIntent requires a mandate, but no existing mandate was found. Collect mandate acceptance from the customer and try "
            "again, providing acceptance data in the mandate_data parameter.",
            code="payment_intent_mandate_invalid",
        )
    method.setdefault("_mandate", new_id("mandate"))
    session.save(method)
    intent |= {"status": "processing", "next_action": None}
    session.save(intent)
    session.emit("payment_intent.processing", intent)
    session.schedule("settle_debit", intent["id"], session.settings.debit_seconds)


def settle_debit(session: Session, intent: Json) -> None:
    """The payer's bank answers: nobody waits for an error, so a failure shows in the intent alone."""
    if intent["status"] != "processing":
        return
    with suppress(CardError):
        charge(session, intent, session.get("payment_method", intent["payment_method"]))


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
