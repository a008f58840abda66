"""Change a challenge that nobody has applied to."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.challenge import Challenge
from challenges.usecases.access import owned_challenge
from challenges.usecases.descriptions import cleaned
from challenges.usecases.edits import challenge_changes
from challenges.usecases.facts import updated
from challenges.usecases.ports import Begin, CleanHtml, NewId, Now
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.commands import EditChallenge
from contracts.challenges.terms import ChallengeStatus
from contracts.challenges.views import ChallengeView


@dataclass(frozen=True, slots=True)
class EditChallengeHandler:
    unit_of_work: Begin
    clean_html: CleanHtml
    new_id: NewId
    now: Now

    def __call__(self, command: EditChallenge, principal: Principal) -> ChallengeView:
        """Change what the command mentions; readers are told when the challenge is published.

        That somebody has applied is said before that the version is stale: reading again would not help.

        Raises:
            ChallengeNotFound, NotOwner, WrongState, HasApplications, ChallengeStale, DeadlinePassed, DescriptionEmpty,
            FieldNotNullable.
        """
        changes = challenge_changes(command)
        if "description" in changes:
            changes["description"] = cleaned(changes["description"], self.clean_html)
        with self.unit_of_work() as work:
            before = owned_challenge(work.challenges, command.challenge_id, principal.user_id)
            edited = before.edit(changes, at=self.now(), new_id=self.new_id)
            before.expect(command.expected_version)
            challenge = work.challenges.save(edited)
            if _published(challenge):
                work.emit(updated(challenge))
            return work.answer(challenge_view(challenge, principal.user_id))


def _published(challenge: Challenge) -> bool:
    return challenge.status is not ChallengeStatus.DRAFT
