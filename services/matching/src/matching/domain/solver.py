"""A person as matching knows them: a copy, fed by events, that an older event never overwrites."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.challenges.terms import Difficulty
from contracts.identity.roles import Role
from matching.domain.embedding import Embedding


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
    version: int = 0

    @property
    def solves(self) -> bool:
        return Role.SOLVER in self.profile.roles

    def told(self, profile: Profile, embedding: Embedding | None, sequence: int) -> Solver:
        return self if sequence <= self.sequence else replace(self, profile=profile, embedding=embedding, sequence=sequence)

    def finished(self, challenge_id: str, difficulty: Difficulty) -> Solver:
        if any(known == challenge_id for known, _ in self.completed):
            return self
        return replace(self, completed=(*self.completed, (challenge_id, difficulty)))
