"""List the deliveries of a challenge."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.errors import NotParty
from challenges.usecases.access import visible_challenge
from challenges.usecases.ports import Challenges, Submissions
from challenges.usecases.views import submission_view
from chassis.principal import Principal
from contracts.challenges.queries import ListSubmissions
from contracts.challenges.views import SubmissionView
from contracts.paging import Page


@dataclass(frozen=True, slots=True)
class ListSubmissionsHandler:
    challenges: Challenges
    submissions: Submissions

    def __call__(self, query: ListSubmissions, principal: Principal) -> Page[SubmissionView]:
        """All deliveries, oldest first, for the two parties.

        Raises:
            ChallengeNotFound, NotParty, InvalidCursor.
        """
        challenge = visible_challenge(self.challenges, query.challenge_id, principal.user_id)
        if not challenge.has_party(principal.user_id):
            raise NotParty
        found, next_cursor = self.submissions.page_of(challenge.id, query.cursor, query.limit)
        return Page[SubmissionView](items=tuple(submission_view(each) for each in found), next_cursor=next_cursor)
