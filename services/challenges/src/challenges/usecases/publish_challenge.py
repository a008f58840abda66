"""Open a draft to applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from challenges.domain.errors import PublishingClosed
from challenges.usecases.access import owned_challenge, require_verified_email
from challenges.usecases.facts import published
from challenges.usecases.ports import Begin, Now
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.commands import PublishChallenge
from contracts.challenges.views import ChallengeView


@dataclass(frozen=True, slots=True)
class PublishChallengeHandler:
    unit_of_work: Begin
    now: Now
    publishing_open: Callable[[], bool]

    def __call__(self, command: PublishChallenge, principal: Principal) -> ChallengeView:
        """Show the challenge to its readers and take applications until its deadline.

        Raises:
            PublishingClosed, EmailNotVerified, ChallengeNotFound, NotOwner, ChallengeStale, WrongState, DeadlinePassed.
        """
        require_verified_email(principal)
        if not self.publishing_open():
            raise PublishingClosed
        with self.unit_of_work() as work:
            draft = owned_challenge(work.challenges, command.challenge_id, principal.user_id)
            draft.expect(command.expected_version)
            challenge = work.challenges.save(draft.publish(self.now()))
            work.emit(published(challenge))
            return work.answer(challenge_view(challenge, principal.user_id))
