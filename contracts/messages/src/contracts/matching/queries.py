"""What may be asked of matching. It owns nothing but projections, so there are no commands."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.base import Query, UtcDatetime
from contracts.challenges.terms import Category, Difficulty
from contracts.ids import ChallengeId
from contracts.matching.views import ChallengeMatchesView, SearchResultView, SolverMatchesView, SuggestionsView
from contracts.money import MAX_AMOUNT_MINOR, Currency
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit

SearchText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)]


class SearchSort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    REWARD = "reward"
    DEADLINE = "deadline"


class SearchChallenges(Query[SearchResultView]):
    """Open challenges that fit the words (typos allowed) and the filters."""

    service: ClassVar[str] = "matching"
    q: SearchText
    category: Category | None = None
    difficulty: Difficulty | None = None
    min_reward: Amount | None = None
    max_reward: Amount | None = None
    currency: Currency | None = None
    deadline_before: UtcDatetime | None = None
    sort: SearchSort = SearchSort.RELEVANCE
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class AutocompleteChallenges(Query[SuggestionsView]):
    """Titles and skills that begin like this (one typo allowed)."""

    service: ClassVar[str] = "matching"
    q: SearchText
    limit: Annotated[int, Field(ge=1, le=20)] = 8


class MatchSolvers(Query[SolverMatchesView]):
    """The best solvers for a challenge; for its challenger alone."""

    service: ClassVar[str] = "matching"
    challenge_id: ChallengeId
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class MatchChallenges(Query[ChallengeMatchesView]):
    """The open challenges that fit the caller best."""

    service: ClassVar[str] = "matching"
    limit: Annotated[int, Field(ge=1, le=50)] = 10
