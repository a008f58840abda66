"""How a team shares what it earns: parts in basis points, and who gets the minor units that do not divide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payments.domain.errors import SplitNotWhole
from payments.domain.fees import WHOLE


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who gets so many ten-thousandths of what is released."""

    user_id: str
    basis_points: int


def check_split(members: Sequence[Member]) -> None:
    """Raises:
    SplitNotWhole: they do not add up to the whole, or somebody is named twice or gets nothing.
    """
    whole = sum(member.basis_points for member in members) == WHOLE
    different = len({member.user_id for member in members}) == len(members)
    if not (whole and different and all(member.basis_points > 0 for member in members)):
        raise SplitNotWhole


def divided(amount: int, members: Sequence[Member], step: int = 1) -> tuple[int, ...]:
    """Each member's part, in their order, in multiples of the currency's `step`; the parts add up to the amount, which is one too.

    Everybody gets the whole part of their share; the steps that are left, fewer than there are members, go one each
    to the largest fractions, between equal ones to whoever is named first (the method of the largest remainder).
    """
    exact = [amount // step * member.basis_points for member in members]
    parts = [share // WHOLE for share in exact]
    by_fraction = sorted(range(len(members)), key=lambda place: (-(exact[place] % WHOLE), place))
    for place in by_fraction[: amount // step - sum(parts)]:
        parts[place] += 1
    return tuple(part * step for part in parts)
