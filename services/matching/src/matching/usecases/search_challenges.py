"""Find open challenges by words and filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from chassis.paging import InvalidCursor, decode_cursor, encode_cursor
from chassis.principal import Principal
from contracts.errors import FieldError
from contracts.matching.queries import SearchChallenges, SearchSort
from contracts.matching.views import FacetCount, SearchResultView
from matching.domain.errors import CurrencyRequired
from matching.domain.search import Criteria, Found, OrderKeys
from matching.domain.text import telling_words
from matching.usecases.ports import Search
from matching.usecases.views import hit_view

# The names of the keys an answer is ordered by; a cursor of one order is refused by another.
_ORDERS: dict[SearchSort, list[tuple[str, int]]] = {
    SearchSort.RELEVANCE: [("score", 1), ("published_at", 1), ("_id", 1)],
    SearchSort.NEWEST: [("published_at", 1), ("_id", 1)],
    SearchSort.REWARD: [("currency_and_reward", 1), ("_id", 1)],
    SearchSort.DEADLINE: [("deadline", 1), ("_id", 1)],
}

_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class SearchChallengesHandler:
    index: Search

    def __call__(self, query: SearchChallenges, principal: Principal | None) -> SearchResultView:
        """Raises:
        CurrencyRequired: an amount without its currency.
        InvalidCursor: the cursor is damaged or belongs to another order.
        """
        order = _ORDERS[query.sort]
        after = _position(decode_cursor(query.cursor, order)) if query.cursor else None
        found = self.index.search(_criteria(query), principal.user_id if principal else None, after, query.limit)
        return SearchResultView(
            items=tuple(hit_view(hit.challenge, hit.score) for hit in found.hits),
            next_cursor=encode_cursor(found.hits[-1].keys(query.sort), order) if found.more else None,
            total=found.total,
            categories=_counts(found, "categories"),
            difficulties=_counts(found, "difficulties"),
        )


def _criteria(query: SearchChallenges) -> Criteria:
    if query.currency is None and (query.min_reward is not None or query.max_reward is not None):
        raise CurrencyRequired(fields=(FieldError(pointer="/currency", detail="is needed with min_reward or max_reward"),))
    return Criteria(
        words=telling_words(query.q),
        sort=query.sort,
        category=query.category,
        difficulty=query.difficulty,
        min_reward=query.min_reward,
        max_reward=query.max_reward,
        currency=query.currency,
        deadline_before=query.deadline_before,
    )


def _position(keys: Sequence[object]) -> OrderKeys:
    """The keys of a cursor, which comes from outside: numbers, and an id at the end."""
    *numbers, id_ = keys
    if not isinstance(id_, str) or any(type(number) is not int or abs(number) >= _LARGEST for number in numbers):
        raise InvalidCursor
    return cast(OrderKeys, tuple(keys))


def _counts(found: Found, facet: str) -> tuple[FacetCount, ...]:
    counts: tuple[tuple[str, int], ...] = found.categories if facet == "categories" else found.difficulties
    return tuple(FacetCount(value=value, count=count) for value, count in counts)
