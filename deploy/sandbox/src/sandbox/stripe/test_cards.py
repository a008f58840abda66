"""Stripe's test cards and what each one does: https://docs.stripe.com/testing."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True)
class Card:
    number: str
    brand: str = "visa"
    declines: Decline | None = None  # when charged
    refuses_attachment: bool = False  # declined already when attached to a customer
    needs_authentication: bool = False
    disputed: str | None = None  # the reason of the dispute that follows a charge
    settles_at_once: bool = False
    refund: Literal["succeeded", "pending", "failed"] = "succeeded"
    type: Literal["card", "sepa_debit", "us_bank_account"] = "card"
    country: str = "US"

    @property
    def delayed(self) -> bool:
        """Whether the bank takes days to say whether it paid: https://docs.stripe.com/payments/payment-methods#payment-notification"""
        return self.type != "card"


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, message)


_GENERIC = _declined("generic_decline")
_FUNDS = _declined("insufficient_funds", "Your card has insufficient funds.")
_EXPIRED = Decline("expired_card", None, "Your card has expired.")
_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
_PROCESSING = Decline("processing_error", None, "An error occurred while processing your card. Try again in a little bit.")

# By the name that follows `pm_card_` (and, in the older form, `tok_`).
CARDS: dict[str, Card] = {
    "visa": Card("4242424242424242"),
    "visa_debit": Card("4000056655665556"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "amex": Card("378282246310005", "amex"),
    "discover": Card("6011111111111117", "discover"),
    "de": Card("4000002760000016"),
    "fr": Card("4000002500000003"),
    "gb": Card("4000008260000000"),
    "us": Card("4242424242424242"),
    "bypassPending": Card("4000000000000077", settles_at_once=True),
    "chargeDeclined": Card("4000000000000002", declines=_GENERIC, refuses_attachment=True),
    "visa_chargeDeclined": Card("4000000000000002", declines=_GENERIC, refuses_attachment=True),
    "chargeDeclinedInsufficientFunds": Card("4000000000009995", declines=_FUNDS, refuses_attachment=True),
    "visa_chargeDeclinedInsufficientFunds": Card("4000000000009995", declines=_FUNDS, refuses_attachment=True),
    "visa_chargeDeclinedLostCard": Card("4000000000009987", declines=_declined("lost_card"), refuses_attachment=True),
    "visa_chargeDeclinedStolenCard": Card("4000000000009979", declines=_declined("stolen_card"), refuses_attachment=True),
    "chargeDeclinedExpiredCard": Card("4000000000000069", declines=_EXPIRED, refuses_attachment=True),
    "chargeDeclinedIncorrectCvc": Card("4000000000000127", declines=_CVC, refuses_attachment=True),
    "chargeDeclinedProcessingError": Card("4000000000000119", declines=_PROCESSING, refuses_attachment=True),
    "chargeDeclinedFraudulent": Card("4100000000000019", declines=_declined("fraudulent"), refuses_attachment=True),
    "radarBlock": Card("4100000000000019", declines=_declined("fraudulent"), refuses_attachment=True),
    "chargeCustomerFail": Card("4000000000000341", declines=_GENERIC),
    "authenticationRequired": Card("4000002760003184", needs_authentication=True),
    "threeDSecure2Required": Card("4000000000003220", needs_authentication=True),
    "threeDSecureRequired": Card("4000000000003063", needs_authentication=True),
    "threeDSecureRequiredChargeDeclined": Card("4000008400001629", needs_authentication=True, declines=_GENERIC),
    "createDispute": Card("4000000000000259", disputed="fraudulent"),
    "createDisputeProductNotReceived": Card("4000000000002685", disputed="product_not_received"),
    "pendingRefund": Card("4000000000007726", refund="pending"),
    "refundFail": Card("4000000000005126", refund="failed"),
}
_BY_NUMBER = {card.number: name for name, card in reversed(CARDS.items())}


def named(reference: str) -> str | None:
    """The card behind `pm_card_…`, `tok_…` or a test number; None when it is none of these."""
    for prefix in ("pm_card_", "tok_"):
        if reference.startswith(prefix) and reference[len(prefix) :] in CARDS:
            return reference[len(prefix) :]
    return _BY_NUMBER.get(reference)
