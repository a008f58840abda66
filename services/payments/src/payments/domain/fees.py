"""The platform's fee and its rounding rule."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 10_000  # basis points in one


@dataclass(frozen=True, slots=True)
class Share:
    """How an amount that leaves escrow is shared out: `gross` = `net` (the solver's) + `fee` (the platform's), in minor units."""

    gross: int
    fee: int

    def __post_init__(self) -> None:
        if not 0 <= self.fee <= self.gross:
            raise ValueError("a fee lies between nothing and the whole amount")

    @property
    def net(self) -> int:
        return self.gross - self.fee


def fee_of(gross: int, basis_points: int, step: int = 1) -> int:
    """The fee of an amount in minor units, rounded half up to a whole one, or to a multiple of the currency's `step`."""
    if gross < 0 or not 0 <= basis_points <= WHOLE:
        raise ValueError("fees are taken of amounts from zero, at rates between nothing and all")
    return (gross * basis_points + WHOLE * step // 2) // (WHOLE * step) * step


def part_of(gross: int, sponsored: int, held: int, step: int, *, up: bool) -> int:
    """How much of a part of what is held the platform paid, in multiples of `step`: up for what goes back, down for what goes out."""
    exact = gross * sponsored
    return min(sponsored, -(-exact // (held * step)) * step if up else exact // (held * step) * step)


def next_share(gross: int, *, released_before: int, fees_before: int, basis_points: int, step: int = 1) -> Share:
    """Share out the next `gross` of a milestone of which `released_before` (gross) went out earlier, with `fees_before` kept.

    The fee is that of all released so far, less what was taken already: so the fees of any number of partial releases
    add up to the fee of the whole, and no minor unit is lost or taken twice.
    """
    return Share(gross, fee_of(released_before + gross, basis_points, step) - fees_before)
