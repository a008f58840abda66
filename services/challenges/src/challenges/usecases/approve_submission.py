"""Accept a delivery."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import existing_challenge, received_submission
from challenges.usecases.facts import submission_approved
from challenges.usecases.ports import Begin, Now
from challenges.usecases.progress import tell_of_progress
from challenges.usecases.views import submission_view
from chassis.principal import Principal
from contracts.challenges.commands import ApproveSubmission
from contracts.challenges.views import SubmissionView


@dataclass(frozen=True, slots=True)
class ApproveSubmissionHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, command: ApproveSubmission, principal: Principal) -> SubmissionView:
        """Accept it: payments releases the milestone's money, and the last approval completes the challenge.

        Raises:
            SubmissionNotFound, NotOwner, SubmissionDecided, MilestoneNotFunded, WrongState.
        """
        at = self.now()
        with self.unit_of_work() as work:
            delivered = received_submission(work.submissions, command.submission_id, principal.user_id)
            submission = work.submissions.save(delivered.approve(at))
            before = existing_challenge(work.challenges, submission.challenge_id)
            milestone = before.milestone(submission.milestone_id).approve()
            challenge = work.challenges.save(before.work(milestone, at))
            work.emit(submission_approved(challenge, submission))
            tell_of_progress(work, before, challenge)
            return work.answer(submission_view(submission))
