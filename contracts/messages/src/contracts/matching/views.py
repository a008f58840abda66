"""What matching shows: search hits, suggestions and matches with their reasons."""

from contracts.base import UtcDatetime, View
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty
from contracts.ids import ChallengeId, UserId
from contracts.money import Price


class ChallengeHit(View):
    """A challenge as a search result shows it. A range is given by both rewards, a fixed sum by equal ones."""

    id: ChallengeId
    title: str
    summary: str
    category: Category
    difficulty: Difficulty
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    status: ChallengeStatus
    challenger_id: UserId
    min_reward: Price
    max_reward: Price
    deadline: UtcDatetime
    published_at: UtcDatetime
    score: float


class FacetCount(View):
    value: str
    count: int


class SearchResultView(View):
    """Hits the caller may see, in order, and counts over all of them."""

    items: tuple[ChallengeHit, ...]
    next_cursor: str | None = None
    total: int
    categories: tuple[FacetCount, ...]
    difficulties: tuple[FacetCount, ...]


class SuggestionsView(View):
    items: tuple[str, ...]


class Reason(View):
    """One feature's share of a score: `value` in 0..1, `contribution` = weight × value."""

    feature: str
    value: float
    contribution: float
    text: str


class SolverMatch(View):
    """A solver who fits a challenge; `score` in 0..1 is the sum of the contributions. `featured`: their plan says so; it changes no score
    and no order.
    """

    user_id: UserId
    display_name: str
    headline: str | None
    featured: bool = False
    score: float
    reasons: tuple[Reason, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]


class SolverMatchesView(View):
    """`model` names the embedding model: the same model and data give the same answer."""

    challenge_id: ChallengeId
    model: str
    items: tuple[SolverMatch, ...]


class ChallengeMatch(View):
    challenge: ChallengeHit
    score: float
    reasons: tuple[Reason, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]


class ChallengeMatchesView(View):
    user_id: UserId
    model: str
    items: tuple[ChallengeMatch, ...]
