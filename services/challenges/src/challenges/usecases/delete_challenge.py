"""Remove a draft."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import owned_challenge
from challenges.usecases.ports import Begin
from chassis.principal import Principal
from contracts.base import Done
from contracts.challenges.commands import DeleteChallenge


@dataclass(frozen=True, slots=True)
class DeleteChallengeHandler:
    unit_of_work: Begin

    def __call__(self, command: DeleteChallenge, principal: Principal) -> Done:
        """Remove a draft, which nobody but its owner has seen.

        Raises:
            ChallengeNotFound, NotOwner, ChallengeStale, WrongState: it was published.
        """
        with self.unit_of_work() as work:
            challenge = owned_challenge(work.challenges, command.challenge_id, principal.user_id)
            challenge.expect(command.expected_version)
            challenge.delete()
            work.challenges.remove(challenge)
            return work.answer(Done())
