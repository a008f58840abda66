"""What the platform pays of a funding, by coupon or credit: at most its own fee, so that what is sent on is never more than was charged."""

from __future__ import annotations

from collections.abc import Iterable

from payments.domain.currencies import step_of
from payments.domain.escrow import Escrow
from payments.domain.milestone import Milestone


def most(escrow: Escrow, steps: Iterable[Milestone]) -> int:
    """The fees that will be taken of these milestones: what the platform can give up, in minor units."""
    return sum(_fee(escrow, step) for step in steps)


def shared_out(escrow: Escrow, steps: Iterable[Milestone], amount: int) -> dict[str, int]:
    """Which milestone gets how much of it: by their fees, none above its own; the parts add up to the amount."""
    unit, chosen = step_of(escrow.currency), list(steps)
    fees, parts = most(escrow, chosen), {}
    for step in chosen:
        fee = _fee(escrow, step)
        parts[step.id] = amount * fee // (fees * unit) * unit if fees else 0
        amount, fees = amount - parts[step.id], fees - fee
    return parts


def _fee(escrow: Escrow, step: Milestone) -> int:
    return step.share(step.outstanding, escrow.fee_basis_points, step_of(escrow.currency)).fee
