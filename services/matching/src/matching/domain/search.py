"""What a search asks for and in which order it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.challenges.terms import Category, Difficulty
from contracts.matching.queries import SearchSort
from matching.domain.challenge import Challenge, Content

OrderKeys = tuple[int | str, ...]
SCORE_STEPS = 1_000_000  # scores that differ by less are alike
_AMOUNTS = 1 << 46  # more than any reward, so that a currency and a reward make one number below 2**62
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Criteria:
    """Words (all lower case) and filters. Rewards in minor units; a challenge fits them when its reward can lie between."""

    words: tuple[str, ...]
    sort: SearchSort = SearchSort.RELEVANCE
    category: Category | None = None
    difficulty: Difficulty | None = None
    min_reward: int | None = None
    max_reward: int | None = None
    currency: str | None = None
    deadline_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    challenge: Challenge
    score: float  # in 0..1: the share of the words that was found, the better the place the more

    def keys(self, sort: SearchSort) -> OrderKeys:
        """Hits in ascending order of their keys are in the order of the answer; no two have the same."""
        content, id_ = self.challenge.content, self.challenge.id
        newest = -_milliseconds(content.published_at)
        if sort is SearchSort.NEWEST:
            return newest, id_
        if sort is SearchSort.REWARD:
            return reward_place(content), id_
        if sort is SearchSort.DEADLINE:
            return _milliseconds(content.deadline), id_
        return -round(self.score * SCORE_STEPS), newest, id_


@dataclass(frozen=True, slots=True)
class Found:
    """Some hits in order, whether there are more behind them, and counts over all hits."""

    hits: tuple[Hit, ...]
    more: bool
    total: int
    categories: tuple[tuple[str, int], ...]
    difficulties: tuple[tuple[str, int], ...]


def reward_place(content: Content) -> int:
    """Where it stands when ordered by reward: by currency first, for amounts compare within a currency alone; the highest first."""
    currency = 0
    for letter in content.currency:
        currency = currency * _LETTERS + ord(letter) - ord("A")
    return currency * _AMOUNTS + _AMOUNTS - 1 - min(content.max_reward, _AMOUNTS - 1)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
