"""Pay out a milestone whose work is approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.challenges.events import SubmissionApproved
from payments.usecases.engagements import known_escrow
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitsOfWork


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
            escrow = known_escrow(work, event.challenge_id).approve(event.milestone_id)
            work.escrows.save(follow_up(work, escrow, self.new_id, self.now()))
