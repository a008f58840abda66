"""What happens to the work decides what happens to its money: delivered, approved, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.retry import NotYet
from contracts.challenges.events import ChallengeCancelled, SubmissionApproved, WorkSubmitted
from payments.domain.escrow import Escrow
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitOfWork, UnitsOfWork


@dataclass(frozen=True, slots=True)
class NoteDeliveryHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, event: WorkSubmitted) -> None:
        """Remember that work came in for a milestone: its money will not go back by itself.

        Raises:
            NotYet: the engagement is not known here yet.
        """
        with self.unit_of_work() as work:
            work.escrows.save(_known(work, event.challenge_id).deliver(event.milestone_id))


@dataclass(frozen=True, slots=True)
class ReleaseApprovedMilestoneHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: SubmissionApproved) -> None:
        """Pay out a milestone whose work is approved; where its money is not held yet, as soon as it is.

        The saga is written here and driven by the timer: an event handler has one transaction.

        Raises:
            NotYet: the engagement is not known here yet.
        """
        with self.unit_of_work() as work:
            escrow = _known(work, event.challenge_id).approve(event.milestone_id)
            work.escrows.save(follow_up(work, escrow, self.new_id, self.now()))


@dataclass(frozen=True, slots=True)
class CloseCancelledEscrowHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: ChallengeCancelled) -> None:
        """Take no more money, and give back what is held for milestones without delivered work.

        What is held for work that was delivered stays held: whether it was earned is for the two to settle (the
        challenger releases, the solver refunds) or for finance. A charge that is under way is refunded when it succeeds.

        Raises:
            NotYet: there is an engagement, but it is not known here yet.
        """
        if event.solver_id is None:
            return
        with self.unit_of_work() as work:
            escrow = _known(work, event.challenge_id).close()
            work.escrows.save(follow_up(work, escrow, self.new_id, self.now()))


def _known(work: UnitOfWork, challenge_id: str) -> Escrow:
    escrow = work.escrows.of_challenge(challenge_id)
    if escrow is None:
        raise NotYet(f"no escrow of {challenge_id} yet")
    return escrow
