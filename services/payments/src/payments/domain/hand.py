"""What brings money into escrow, and what carries it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charge:
    """The payment that brought the money in: Stripe's PaymentIntent and its charge."""

    intent_id: str
    charge_id: str


@dataclass(frozen=True, slots=True)
class Hand:
    """A saga and what it carries out of escrow: `gross` = net + `fee` to the payee, or all of it back to the payer.

    `owed`: it was decided, so a refusal of the processor does not end it. `paid`: taken back from a milestone that had been paid,
    and ends as that. `sponsored`: what of `gross` the platform paid, by a coupon or the payer's credit. `by_bank`: what of the payer's
    money in it the payer has from the bank by now, so that a refusal counts as done for that much.
    """

    saga_id: str
    gross: int
    fee: int = 0
    to_payer: bool = False
    owed: bool = False
    paid: bool = False
    sponsored: int = 0
    by_bank: int = 0

    @property
    def to_be_paid(self) -> int:
        """What of the payer's money in it the payer has from nobody yet."""
        return self.gross - self.sponsored - self.by_bank
