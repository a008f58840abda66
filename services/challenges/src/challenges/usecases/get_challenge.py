"""Show one challenge."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import is_staff, visible_challenge
from challenges.usecases.ports import Challenges
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.queries import GetChallenge
from contracts.challenges.views import ChallengeView


@dataclass(frozen=True, slots=True)
class GetChallengeHandler:
    challenges: Challenges

    def __call__(self, query: GetChallenge, principal: Principal | None) -> ChallengeView:
        """One find by id: the page that is read most.

        Raises:
            ChallengeNotFound.
        """
        viewer_id = principal.user_id if principal else None
        challenge = visible_challenge(self.challenges, query.challenge_id, viewer_id)
        return challenge_view(challenge, viewer_id, staff=is_staff(principal))
