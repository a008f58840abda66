"""The order of hits, which tantivy alone does not give: it breaks ties by how its index was built."""

from __future__ import annotations

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import DocAddress, Occur, Query

from contracts.matching.queries import SearchSort
from matching.domain.search import SCORE_STEPS, OrderKeys

_AT_FIRST = 1000  # hits that are looked at; where a tie runs over their end, all are
_MOMENTS = 1 << 43  # more than the milliseconds of any moment, so that a score and a moment make one number
_FARTHEST = (1 << 63) - 2
_FIELDS = {
    SearchSort.NEWEST: ("published", tantivy.Order.Desc),
    SearchSort.REWARD: ("reward_place", tantivy.Order.Asc),
    SearchSort.DEADLINE: ("deadline", tantivy.Order.Asc),
}


class Ordered:
    """What matches a query, in the order of `sort`. `worth` is the score of a perfect hit."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query, sort: SearchSort, worth: float) -> None:
        self._searcher = searcher
        self._schema = schema
        self._query = query
        self._sort = sort
        self._worth = worth

    def next(self, after: OrderKeys | None, wanted: int) -> tuple[list[tuple[float, DocAddress]], int]:
        """Hits among which are the next `wanted` behind `after`, with their scores, and how many match in all.

        With each come those that differ from it by the id only: who reads them puts them in the exact order.
        """
        hits, number = self._first(_AT_FIRST, after)
        places = self._places(hits)
        if number > len(hits) and self._page(places, after, wanted).stop > self._sure(places):
            hits, number = self._first(number, after)
            places = self._places(hits)
        page = [hits[index] for index in np.argsort(places)[self._page(places, after, wanted)]]
        if after is not None and self._sort is not SearchSort.RELEVANCE:
            number = self._searcher.search(self._query, limit=1).count
        return page, number

    def _first(self, limit: int, after: OrderKeys | None) -> tuple[list[tuple[float, DocAddress]], int]:
        """The first hits, and how many there are; by a field, those before `after` are left out."""
        if self._sort is SearchSort.RELEVANCE:
            found = self._searcher.search(self._query, limit=limit)
            return found.hits, found.count  # what it calls hits is made anew each time that it is asked for
        (field, order), query = _FIELDS[self._sort], self._query
        if after is not None:
            bound = abs(int(after[0]))
            least, most = (None, bound) if order == tantivy.Order.Desc else (bound, None)
            rest = Query.range_query(self._schema, field, tantivy.FieldType.Unsigned, lower_bound=least, upper_bound=most)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, rest)])
        found = self._searcher.search(query, limit=limit, order_by_field=field, order=order)
        return found.hits, found.count

    def _places(self, hits: list[tuple[float, DocAddress]]) -> NDArray[np.int64]:
        """The keys of each hit but for its id, as one number: the smaller the better."""
        if not hits:
            return np.zeros(0, np.int64)
        keys = np.array([key for key, _ in hits])
        if self._sort is SearchSort.RELEVANCE:
            published = np.array(self._searcher.fast_field_values("published", [address for _, address in hits]), np.int64)
            keys = -np.rint(np.minimum(1.0, keys / self._worth) * SCORE_STEPS).astype(np.int64) * _MOMENTS - published
        elif _FIELDS[self._sort][1] == tantivy.Order.Desc:
            keys = -keys
        return keys.astype(np.int64)

    def _page(self, places: NDArray[np.int64], after: OrderKeys | None, wanted: int) -> slice:
        ordered, begin, seen = np.sort(places), 0, 0
        if after is not None:
            place = int(after[0]) * _MOMENTS + int(after[1]) if self._sort is SearchSort.RELEVANCE else int(after[0])
            place = max(-_FARTHEST, min(place, _FARTHEST))  # cursors come from outside
            begin, seen = np.searchsorted(ordered, [place, place + 1])
        end = min(seen + wanted, len(ordered))
        return slice(begin, np.searchsorted(ordered, ordered[end - 1], side="right") if end else 0)

    def _sure(self, places: NDArray[np.int64]) -> int:
        """How many of the first ones are certain: of those that are as good as the last there may be more."""
        last = int(places.max())
        if self._sort is SearchSort.RELEVANCE:
            last = last // _MOMENTS * _MOMENTS  # whatever their moments
        return int((places < last).sum())
