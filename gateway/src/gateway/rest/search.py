"""Search that degrades: while matching is away, a plain list of the open challenges that contain one of the words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from contracts.challenges.queries import ChallengeSort, ListChallenges
from contracts.challenges.views import ChallengeView
from contracts.errors import Kind, ProblemError
from contracts.matching.queries import SearchChallenges, SearchSort
from contracts.matching.views import SearchResultView
from contracts.paging import Page

_PAGES = 5  # how many pages one request looks through for a match
_MARK = "degraded-"  # before the cursor of a degraded list, so that paging goes on in the same list


class DegradedSearchView(Page[ChallengeView]):
    """Open challenges that contain a word of the query, newest first unless told otherwise. `degraded` names what is away."""

    degraded: tuple[str, ...]


async def search_or_list(
    search: SearchChallenges,
    ask: Callable[[SearchChallenges], Awaitable[SearchResultView]],
    list_challenges: Callable[[ListChallenges], Awaitable[Page[ChallengeView]]],
) -> SearchResultView | DegradedSearchView:
    """Search, or list while matching does not answer.

    Raises:
        ProblemError: matching is away in the middle of paging through its results, or challenges is away too.
    """
    if search.cursor is not None and search.cursor.startswith(_MARK):
        return await _matching_words(search, search.cursor.removeprefix(_MARK), list_challenges)
    try:
        return await ask(search)
    except ProblemError as error:
        if error.problem.kind is not Kind.UNAVAILABLE or search.cursor is not None:
            raise
    return await _matching_words(search, None, list_challenges)


async def _matching_words(
    search: SearchChallenges, cursor: str | None, list_challenges: Callable[[ListChallenges], Awaitable[Page[ChallengeView]]]
) -> DegradedSearchView:
    words = search.q.casefold().split()
    items: tuple[ChallengeView, ...] = ()
    for _ in range(_PAGES):
        page = await list_challenges(_listing(search, cursor))
        items = tuple(challenge for challenge in page.items if _contains_any(challenge, words))
        cursor = page.next_cursor
        if items or cursor is None:
            break
    return DegradedSearchView(items=items, next_cursor=None if cursor is None else f"{_MARK}{cursor}", degraded=("matching",))


def _contains_any(challenge: ChallengeView, words: list[str]) -> bool:
    text = " ".join((challenge.title, challenge.description, *challenge.skills, *challenge.tags)).casefold()
    return any(word in text for word in words)


def _listing(search: SearchChallenges, cursor: str | None) -> ListChallenges:
    sort = ChallengeSort.NEWEST if search.sort is SearchSort.RELEVANCE else ChallengeSort(search.sort.value)
    return ListChallenges(
        category=search.category,
        difficulty=search.difficulty,
        min_reward=search.min_reward,
        max_reward=search.max_reward,
        currency=search.currency,
        deadline_before=search.deadline_before,
        sort=sort,
        cursor=cursor,
        limit=search.limit,
    )
