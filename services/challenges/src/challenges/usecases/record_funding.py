"""Note that escrow holds the money of milestones."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.milestone import MilestoneAction
from challenges.usecases.access import existing_challenge
from challenges.usecases.ports import Begin, Now
from challenges.usecases.progress import tell_of_progress
from chassis.retry import NotYet
from contracts.payments.events import EscrowFunded


@dataclass(frozen=True, slots=True)
class RecordFundingHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, event: EscrowFunded, sequence: int) -> None:
        """The solver may deliver for these milestones. `sequence` is the event's place among those of its escrow.

        Raises:
            NotYet: an event before it is still under way.
            ChallengeNotFound, MilestoneNotFound.
        """
        with self.unit_of_work() as work:
            before = existing_challenge(work.challenges, event.challenge_id)
            moved = before.move_money(event.milestone_ids, MilestoneAction.FUND, sequence, self.now())
            if moved is None:
                raise NotYet
            if moved != before:
                tell_of_progress(work, before, work.challenges.save(moved))
