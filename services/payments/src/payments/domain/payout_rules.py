"""What is asked of a payout before money moves: how much at least, and from which amount on a fresh proof of who asks."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.money import CURRENCY_EXPONENTS
from payments.domain.currencies import check_payable, payout_step_of
from payments.domain.errors import PayoutTooSmall


@dataclass(frozen=True, slots=True)
class PayoutRules:
    """Both in whole units of whatever currency is paid out (1 is 1.00 EUR, 1 JPY, 1.000 KWD)."""

    minimum_units: int
    step_up_units: int

    def check_amount(self, amount: int, currency: str) -> None:
        """Raises:
        PayoutTooSmall: named in minor units.
        AmountNotPayable.
        """
        check_payable(amount, payout_step_of(currency))
        minimum = self.minimum_units * _minor_units(currency)
        if amount < minimum:
            raise PayoutTooSmall(minimum)

    def wants_step_up(self, amount: int, currency: str) -> bool:
        return amount >= self.step_up_units * _minor_units(currency)


def _minor_units(currency: str) -> int:
    """How many make a whole one."""
    return int(10 ** CURRENCY_EXPONENTS[currency])
