"""Note that the money of a milestone went back to the challenger."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.milestone import MilestoneAction
from challenges.usecases.access import existing_challenge
from challenges.usecases.deliveries import approve_waiting
from challenges.usecases.ports import Begin, Now
from challenges.usecases.progress import tell_of_progress
from chassis.retry import NotYet
from contracts.payments.events import FundsRefunded


@dataclass(frozen=True, slots=True)
class RecordRefundHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, event: FundsRefunded, sequence: int) -> None:
        """A milestone whose money is gone is as good as never funded; a refund in part changes nothing here. One that a decision
        shared out was paid, and a delivery that waits is approved with it.

        Raises:
            NotYet: an event before it is still under way.
            ChallengeNotFound, MilestoneNotFound.
        """
        at = self.now()
        with self.unit_of_work() as work:
            if not (event.milestone_settled or event.milestone_released):
                return
            action = MilestoneAction.RELEASE if event.milestone_released else MilestoneAction.REFUND
            before = existing_challenge(work.challenges, event.challenge_id)
            moved = before.move_money((event.milestone_id,), action, sequence, at)
            if moved is None:
                raise NotYet
            if moved != before:
                challenge = work.challenges.save(moved)
                if event.milestone_released:
                    approve_waiting(work, before, event.milestone_id, at)
                tell_of_progress(work, before, challenge)
