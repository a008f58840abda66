"""A person as matching knows them: a copy, fed by events, that an older event never overwrites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from contracts.challenges.terms import Difficulty
from contracts.identity.roles import Role
from matching.domain.embedding import Embedding
from matching.domain.standing import NOTHING_KNOWN, Standing


@dataclass(frozen=True, slots=True)
class Profile:
    display_name: str
    roles: frozenset[Role]
    headline: str | None = None
    bio: str | None = None
    skills: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """The text that its embedding stands for; empty when the person told nothing."""
        skills = f"Skills: {', '.join(self.skills)}" if self.skills else None
        return ". ".join(part for part in (self.headline, self.bio, skills) if part)


@dataclass(frozen=True, slots=True)
class Solver:
    """`completed`: the challenges this person has finished, with their difficulty."""

    id: str
    profile: Profile
    sequence: int
    embedding: Embedding | None = None
    completed: tuple[tuple[str, Difficulty], ...] = ()
    standing: Standing = NOTHING_KNOWN
    version: int = 0

    @classmethod
    def unheard_of(cls, user_id: str) -> Self:
        """Somebody whose registration is still under way: any profile overwrites this one."""
        return cls(user_id, Profile(display_name="", roles=frozenset()), sequence=0)

    @property
    def solves(self) -> bool:
        return Role.SOLVER in self.profile.roles

    @property
    def meaning(self) -> str:
        return self.profile.meaning

    def told(self, profile: Profile, embedding: Embedding | None, sequence: int) -> Solver:
        return self if sequence <= self.sequence else replace(self, profile=profile, embedding=embedding, sequence=sequence)

    def stands(self, standing: Standing) -> Solver:
        return self if standing.sequence <= self.standing.sequence else replace(self, standing=standing)

    def finished(self, challenge_id: str, difficulty: Difficulty) -> Solver:
        if any(known == challenge_id for known, _ in self.completed):
            return self
        return replace(self, completed=(*self.completed, (challenge_id, difficulty)))
