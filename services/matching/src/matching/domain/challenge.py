"""A challenge as matching knows it: a copy, fed by events, that an older event never overwrites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.challenges.terms import Category, ChallengeStatus, Difficulty
from matching.domain.embedding import Embedding


@dataclass(frozen=True, slots=True)
class Content:
    """What its author wrote, as plain text. Rewards in minor units of `currency`."""

    title: str
    description: str
    category: Category
    difficulty: Difficulty
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    currency: str
    min_reward: int
    max_reward: int
    deadline: datetime
    published_at: datetime
    challenger_id: str
    public: bool
    invited_user_ids: frozenset[str]

    @property
    def meaning(self) -> str:
        """The text that its embedding stands for."""
        skills = f" Skills: {', '.join(self.skills)}." if self.skills else ""
        return f"{self.title}. {self.description}{skills}"


@dataclass(frozen=True, slots=True)
class Challenge:
    """`content_sequence` and `status_sequence` are the places, among its events, of the last that told the one and the other."""

    id: str
    content: Content
    status: ChallengeStatus
    content_sequence: int
    status_sequence: int
    embedding: Embedding | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.status is ChallengeStatus.OPEN

    def takes_applications(self, at: datetime) -> bool:
        """Whether somebody can still apply. Past its deadline it is its challenger's alone, who may choose among those who did."""
        return self.is_open and self.content.deadline > at

    @property
    def meaning(self) -> str:
        return self.content.meaning

    def visible_to(self, person_id: str | None) -> bool:
        if self.content.public:
            return True
        return person_id is not None and (person_id == self.content.challenger_id or person_id in self.content.invited_user_ids)

    def suits(self, person_id: str) -> bool:
        """Whether this person may be matched with it at all."""
        return person_id != self.content.challenger_id and self.visible_to(person_id)

    def told(self, content: Content, status: ChallengeStatus, embedding: Embedding | None, sequence: int) -> Challenge:
        """After an event that told all of it."""
        news = self
        if sequence > self.content_sequence:
            news = replace(news, content=content, embedding=embedding, content_sequence=sequence)
        return news.moved(status, sequence)

    def moved(self, status: ChallengeStatus, sequence: int) -> Challenge:
        """After an event that told its status."""
        return self if sequence <= self.status_sequence else replace(self, status=status, status_sequence=sequence)
