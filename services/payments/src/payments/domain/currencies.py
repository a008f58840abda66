"""Which amounts of a currency can be moved at all, in its minor units (https://docs.stripe.com/currencies#special-cases)."""

from __future__ import annotations

from payments.domain.amount_errors import AmountNotPayable

# Three digits in ISO 4217, of which cards and banks know two: amounts end in a zero, what is shared out goes in tens.
_BY_TENS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Charged to two digits, but paid out in whole ones.
_PAID_OUT_WHOLE = frozenset({"HUF", "TWD"})


def step_of(currency: str) -> int:
    """The smallest amount: every other one is a multiple of it."""
    return 10 if currency in _BY_TENS else 1


def payout_step_of(currency: str) -> int:
    """As `step_of`, for what goes to a bank account."""
    return 100 if currency in _PAID_OUT_WHOLE else step_of(currency)


def check_payable(amount: int, step: int, pointer: str = "/amount/amount_minor") -> None:
    """Raises:
    AmountNotPayable: named at `pointer`.
    """
    if amount % step:
        raise AmountNotPayable(step, pointer)
