"""Stripe counts some currencies otherwise than ISO 4217: https://docs.stripe.com/currencies#special-cases."""

from __future__ import annotations

from payments.domain.currencies import step_of
from payments.usecases.ports import ProviderRefused

# No minor unit in ISO 4217, two digits at Stripe (which must be zero).
_TIMES_100 = frozenset({"ISK", "UGX"})
# Two digits in ISO 4217 (fifths) and none at Stripe: most amounts, the net after our fee among them, could not be said.
_NOT_OFFERED = frozenset({"MGA"})


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units in Stripe's.

    Raises:
        ProviderRefused: Stripe cannot say such amounts.
    """
    if currency in _NOT_OFFERED:
        raise ProviderRefused("currency_not_supported")
    if amount % step_of(currency):  # three digits, of which the last must be zero
        raise ProviderRefused("parameter_invalid_integer")
    return amount * 100 if currency in _TIMES_100 else amount


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units in ours. What does not come out even is rounded up, so that a check against our figure fails."""
    return -(-amount // 100) if currency in _TIMES_100 else amount
