"""Note that the money of a milestone was paid to the solver."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.milestone import MilestoneAction
from challenges.usecases.access import existing_challenge
from challenges.usecases.deliveries import approve_waiting
from challenges.usecases.ports import Begin, Now
from challenges.usecases.progress import tell_of_progress
from chassis.retry import NotYet
from contracts.payments.events import FundsReleased


@dataclass(frozen=True, slots=True)
class RecordReleaseHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, event: FundsReleased, sequence: int) -> None:
        """Paid in full: whoever pays by hand before approving has approved, so a delivery that waits is approved with it.

        Raises:
            NotYet: an event before it is still under way.
            ChallengeNotFound, MilestoneNotFound.
        """
        at = self.now()
        with self.unit_of_work() as work:
            if not event.milestone_settled:
                return
            before = existing_challenge(work.challenges, event.challenge_id)
            moved = before.move_money((event.milestone_id,), MilestoneAction.RELEASE, sequence, at)
            if moved is None:
                raise NotYet
            if moved != before:
                challenge = work.challenges.save(moved)
                approve_waiting(work, before, event.milestone_id, at)
                tell_of_progress(work, before, challenge)
