"""Deliver for a milestone."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.errors import NotSolver
from challenges.domain.submission import Submission
from challenges.usecases.access import visible_challenge
from challenges.usecases.deliveries import supersede_waiting
from challenges.usecases.facts import work_submitted
from challenges.usecases.ports import Begin, NewId, Now
from challenges.usecases.views import submission_view
from chassis.principal import Principal
from contracts.challenges.commands import SubmitWork
from contracts.challenges.views import SubmissionView


@dataclass(frozen=True, slots=True)
class SubmitWorkHandler:
    unit_of_work: Begin
    new_id: NewId
    now: Now

    def __call__(self, command: SubmitWork, principal: Principal) -> SubmissionView:
        """Record a delivery for a funded milestone; it waits for the challenger's decision, in the place of one from before a refund.

        Raises:
            ChallengeNotFound, NotSolver, WrongState, MilestoneNotFound, MilestoneAmbiguous, MilestoneNotFunded,
            MilestoneAlreadyApproved, SubmissionUndecided.
        """
        at = self.now()
        with self.unit_of_work() as work:
            before = visible_challenge(work.challenges, command.challenge_id, principal.user_id)
            if before.solver_id != principal.user_id:
                raise NotSolver
            milestone = before.milestone_to_deliver(command.milestone_id).deliver(self.new_id("submission"))
            challenge = work.challenges.save(before.work(milestone, at))
            supersede_waiting(work, before, milestone.id, at)
            submission = Submission.for_milestone(challenge, milestone, notes=command.notes, files=command.files, at=at)
            work.submissions.add(submission)
            work.emit(work_submitted(challenge, submission))
            return work.answer(submission_view(submission))
