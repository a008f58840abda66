"""List the applications to a challenge."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import visible_challenge
from challenges.usecases.ports import Applications, Challenges
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.queries import ListApplications
from contracts.challenges.views import ApplicationView
from contracts.paging import Page


@dataclass(frozen=True, slots=True)
class ListApplicationsHandler:
    challenges: Challenges
    applications: Applications

    def __call__(self, query: ListApplications, principal: Principal) -> Page[ApplicationView]:
        """All for the challenger, oldest first; for anybody else their own.

        Raises:
            ChallengeNotFound, InvalidCursor.
        """
        challenge = visible_challenge(self.challenges, query.challenge_id, principal.user_id)
        applicant_id = None if principal.user_id == challenge.challenger_id else principal.user_id
        found, next_cursor = self.applications.page_to(challenge.id, applicant_id, query.cursor, query.limit)
        return Page[ApplicationView](items=tuple(application_view(each) for each in found), next_cursor=next_cursor)
