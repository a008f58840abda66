"""What of an escrow is to move by itself, as soon as it can."""

from __future__ import annotations

from payments.domain.escrow import Escrow
from payments.domain.milestone import Milestone, Status


def due_for_release(escrow: Escrow) -> tuple[Milestone, ...]:
    """Held for work that is approved."""
    if escrow.frozen:
        return ()
    return tuple(step for step in escrow.milestones if step.status is Status.HELD and step.approved and step.free)


def due_for_refund(escrow: Escrow) -> tuple[Milestone, ...]:
    """Held for work that will not come: the challenge was cancelled before any was delivered."""
    if escrow.frozen or not escrow.closed:
        return ()
    held = (step for step in escrow.milestones if step.status is Status.HELD and step.free)
    return tuple(step for step in held if not (step.delivered or step.approved))
