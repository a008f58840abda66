"""Which milestones of an escrow give how much when money is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from payments.domain.errors import AmountAboveHeld, MilestoneBusy, MilestoneDisputed, MilestoneNotHeld
from payments.domain.escrow import Escrow
from payments.domain.milestone import MOVING, Status


def free_parts(escrow: Escrow, milestone_id: str | None, amount: int | None) -> tuple[tuple[str, int], ...]:
    """Which milestones give how much: all that one holds, or an amount from those that hold money, in their order.

    What is disputed is left out.

    Raises:
        MilestoneNotFound, MilestoneBusy, MilestoneNotHeld.
        MilestoneDisputed: there is nothing else.
        AmountAboveHeld: they do not hold that much.
    """
    if milestone_id is not None:
        step = escrow.milestone(milestone_id)
        if step.status in MOVING:
            raise MilestoneBusy
        if step.status is not Status.HELD:
            raise MilestoneNotHeld
        if not step.free:
            raise MilestoneDisputed
        return ((step.id, step.free),)
    wanted = amount or 0
    resting = [step for step in escrow.milestones if step.status is Status.HELD]
    if sum(step.free for step in resting) < wanted <= sum(step.held for step in resting):
        raise MilestoneDisputed
    return _taken([(step.id, step.free) for step in resting], wanted)


def _taken(sources: Sequence[tuple[str, int]], amount: int) -> tuple[tuple[str, int], ...]:
    parts: list[tuple[str, int]] = []
    for source, there in sources:
        part = min(there, amount)
        if part:
            parts.append((source, part))
            amount -= part
    if amount:
        raise AmountAboveHeld
    return tuple(parts)
