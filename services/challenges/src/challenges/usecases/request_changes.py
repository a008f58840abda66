"""Send a delivery back."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import existing_challenge, received_submission
from challenges.usecases.facts import changes_requested
from challenges.usecases.ports import Begin, Now
from challenges.usecases.views import submission_view
from chassis.principal import Principal
from contracts.challenges.commands import RequestChanges
from contracts.challenges.views import SubmissionView


@dataclass(frozen=True, slots=True)
class RequestChangesHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, command: RequestChanges, principal: Principal) -> SubmissionView:
        """Send it back with feedback; the solver may deliver again.

        Raises:
            SubmissionNotFound, NotOwner, SubmissionDecided, WrongState.
        """
        at = self.now()
        with self.unit_of_work() as work:
            delivered = received_submission(work.submissions, command.submission_id, principal.user_id)
            submission = work.submissions.save(delivered.request_changes(command.feedback, at))
            before = existing_challenge(work.challenges, submission.challenge_id)
            milestone = before.milestone(submission.milestone_id).return_work()
            challenge = work.challenges.save(before.work(milestone, at))
            work.emit(changes_requested(challenge, submission, command.feedback))
            return work.answer(submission_view(submission))
