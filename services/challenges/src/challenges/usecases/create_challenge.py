"""Begin a draft."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.challenge import Challenge
from challenges.domain.errors import ChallengerRoleRequired
from challenges.usecases.descriptions import cleaned
from challenges.usecases.ports import Begin, CleanHtml, NewId, Now
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.commands import CreateChallenge
from contracts.challenges.views import ChallengeView
from contracts.identity.roles import Role


@dataclass(frozen=True, slots=True)
class CreateChallengeHandler:
    unit_of_work: Begin
    clean_html: CleanHtml
    new_id: NewId
    now: Now

    def __call__(self, command: CreateChallenge, principal: Principal) -> ChallengeView:
        """Record a draft that its owner alone sees.

        Raises:
            ChallengerRoleRequired, DescriptionEmpty.
        """
        if not principal.has(Role.CHALLENGER):
            raise ChallengerRoleRequired
        with self.unit_of_work() as work:
            challenge = Challenge.draft(
                self.new_id("challenge"),
                principal.user_id,
                at=self.now(),
                new_id=self.new_id,
                title=command.title,
                description=cleaned(command.description, self.clean_html),
                category=command.category,
                difficulty=command.difficulty,
                skills=command.skills,
                tags=command.tags,
                reward=command.reward,
                deadline=command.deadline,
                visibility=command.visibility,
                invited_user_ids=command.invited_user_ids,
            )
            work.challenges.add(challenge)
            return work.answer(challenge_view(challenge, principal.user_id))
