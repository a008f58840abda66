"""End a challenge before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.usecases.access import challenge_to_cancel
from challenges.usecases.ending import end
from challenges.usecases.ports import Begin, Now
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.commands import CancelChallenge
from contracts.challenges.views import ChallengeView


@dataclass(frozen=True, slots=True)
class CancelChallengeHandler:
    unit_of_work: Begin
    now: Now

    def __call__(self, command: CancelChallenge, principal: Principal) -> ChallengeView:
        """Cancel it and close what was still pending. Once work is in progress, only while no money is held, and by either side.

        Raises:
            ChallengeNotFound, NotOwner, ChallengeStale, WrongState, EscrowHeld.
        """
        at = self.now()
        with self.unit_of_work() as work:
            before = challenge_to_cancel(work.challenges, command.challenge_id, principal.user_id)
            before.expect(command.expected_version)
            challenge = end(work, before, before.cancel(command.reason, principal.user_id, at), at)
            return work.answer(challenge_view(challenge, principal.user_id))
