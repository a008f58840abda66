"""Show one submission."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import visible_submission
from challenges.usecases.ports import Submissions
from challenges.usecases.views import submission_view
from chassis.principal import Principal
from contracts.challenges.queries import GetSubmission
from contracts.challenges.views import SubmissionView


@dataclass(frozen=True, slots=True)
class GetSubmissionHandler:
    submissions: Submissions

    def __call__(self, query: GetSubmission, principal: Principal) -> SubmissionView:
        """The submission, for the two parties.

        Raises:
            SubmissionNotFound.
        """
        return submission_view(visible_submission(self.submissions, query.submission_id, principal.user_id))
