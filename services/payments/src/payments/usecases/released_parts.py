"""What was released, and to whom, and is not taken back yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from payments.domain.currencies import step_of
from payments.domain.errors import AmountAboveReleased
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.saga import RefundOrder, ReleaseOrder, ReversalOrder, Saga
from payments.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReleasedPart:
    """A release, under way or arrived, and how much of it is left."""

    saga: Saga
    order: ReleaseOrder
    share: Share

    def sponsored(self, step: int) -> int:
        """What the platform paid of it, rounded up to whole steps; the payer has paid the rest, which is never nothing."""
        exact = -(-self.share.gross * self.order.sponsored // (self.order.gross * step)) * step
        return max(0, min(exact, self.share.gross - step))


def released_parts(work: UnitOfWork, escrow: Escrow, wanted: Callable[[ReleaseOrder], bool]) -> list[ReleasedPart]:
    """Those that are wanted, the latest first."""
    keys = [journal.key.partition(":") for journal in work.journals.of_book(escrow.id)]
    gross, fees = _taken_back(work, [saga_id for kind, _, saga_id in keys if kind == "taken_back"])
    gone = [saga_id for kind, _, saga_id in keys if kind in ("release", "earned")]
    going = [hand.saga_id for step in escrow.milestones for hand in step.hands if not hand.to_payer]
    parts = []
    for saga_id in reversed(dict.fromkeys([*gone, *going])):
        saga = work.sagas.get(saga_id)
        if saga is not None and isinstance(saga.order, ReleaseOrder) and wanted(saga.order):
            left = Share(saga.order.gross - gross[saga_id], saga.order.fee - fees[saga_id])
            if left.gross:
                parts.append(ReleasedPart(saga, saga.order, left))
    return parts


def cut(parts: list[ReleasedPart], amount: int | None, currency: str) -> list[ReleasedPart]:
    """The first of them, up to an amount (gross), or all. A part of a release has its part of the net, rounded down.

    Raises:
        AmountAboveReleased: they are less than that, or nothing.
    """
    step, left, chosen = step_of(currency), sum(part.share.gross for part in parts) if amount is None else amount, []
    if not left:
        raise AmountAboveReleased
    for part in parts:
        gross = min(left, part.share.gross)
        if gross:
            net = part.share.net if gross == part.share.gross else gross * part.share.net // (part.share.gross * step) * step
            chosen.append(ReleasedPart(part.saga, part.order, Share(gross, gross - net)))
            left -= gross
    if left:
        raise AmountAboveReleased
    return chosen


def was_taken_back(work: UnitOfWork, escrow: Escrow, order: RefundOrder) -> bool:
    """Whether some of this payment was released for this milestone, and taken back: the processor sends no payment on twice."""
    keys = (journal.key.partition(":") for journal in work.journals.of_book(escrow.id))
    reversals = (work.sagas.get(saga_id) for kind, _, saga_id in keys if kind == "taken_back")
    orders = (saga.order for saga in reversals if saga is not None)
    releases = (work.sagas.get(one.release_id) for one in orders if isinstance(one, ReversalOrder))
    sent = (saga.order for saga in releases if saga is not None)
    return any(isinstance(one, ReleaseOrder) and (one.milestone_id, one.charge_id) == (order.milestone_id, order.charge_id) for one in sent)


def _taken_back(work: UnitOfWork, saga_ids: list[str]) -> tuple[Counter[str], Counter[str]]:
    """How much of each release, gross and fee."""
    gross, fees = Counter[str](), Counter[str]()
    for saga_id in saga_ids:
        saga = work.sagas.get(saga_id)
        if saga is not None and isinstance(saga.order, ReversalOrder):
            gross[saga.order.release_id] += saga.order.gross
            fees[saga.order.release_id] += saga.order.fee
    return gross, fees
