"""Full-text search on tantivy, in memory.

Every clause has a constant score, so that all replicas answer alike: the usual word statistics depend on how an index was built.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import tantivy
from tantivy import Occur, Query

from contracts.matching.queries import SearchSort
from matching.adapters.mapping import PUBLIC, visible_to
from matching.adapters.tantivy_order import Ordered
from matching.domain.challenge import Challenge
from matching.domain.search import Criteria, Found, Hit, OrderKeys, reward_place
from matching.domain.text import words
from matching.domain.typing_errors import allowed

# What a word is worth by the field it is found in, quarters of one, which binary fractions hold exactly.
_FIELDS = {"title": 4.0, "skills": 4.0, "tags": 2.0, "stems": 1.5, "description": 1.0}
_BEST = max(_FIELDS.values())
_WRONG = 0.5  # the share of a word with typing errors, and of one that is not finished
_MAX_WORDS = 12
_WRITER_BYTES = 15_000_000  # the least that tantivy takes
_FACET_VALUES = 50
_AT_A_TIME = 100


class IndexUnavailable(Exception):
    """There is no index yet, or it failed."""


class TantivySearch:
    """The port Search over what was applied. Deadlines pass without an event: each question looks at the time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._schema = _schema()
        self._index = tantivy.Index(self._schema)
        spaced = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        self._stemmer = spaced.filter(tantivy.Filter.stemmer("english")).build()
        self._index.register_tokenizer("stems", self._stemmer)
        self._index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        self._writer = self._index.writer(_WRITER_BYTES, 1)
        self._searcher: tantivy.Searcher | None = None
        self._rows: dict[str, int] = {}
        self._challenges: dict[int, Challenge] = {}  # by row: the number under which a challenge lies in the index
        self._next_row = 0

    def apply(self, challenges: Sequence[Challenge], shows: Callable[[Challenge], bool] = lambda challenge: challenge.is_open) -> None:
        """Take these in, or out when they are not to be shown; from the first time on the index answers."""
        replaced: list[int] = []
        for number, challenge in enumerate(challenges):
            if number % _AT_A_TIME == _AT_A_TIME - 1:
                time.sleep(0)  # under eventlet: others go on meanwhile
            row = self._rows.pop(challenge.id, None)
            if row is not None:
                self._writer.delete_documents_by_term("id", challenge.id)
                replaced.append(row)
            if shows(challenge):
                self._writer.add_document(_document(challenge, self._next_row))
                self._rows[challenge.id] = self._next_row
                self._challenges[self._next_row] = challenge
                self._next_row += 1
        if challenges or self._searcher is None:
            self._writer.commit()
            self._index.reload()
            self._searcher = self._index.searcher()
        for row in replaced:  # only now does no search find them any more
            del self._challenges[row]

    def search(self, criteria: Criteria, viewer_id: str | None, after: OrderKeys | None, limit: int) -> Found:
        """Raises:
        IndexUnavailable: ask somebody else.
        """
        searcher = self._ready()
        query, worth = self._matching(criteria, viewer_id), _BEST * max(1, len(criteria.words[:_MAX_WORDS]))
        try:
            scored, total = Ordered(searcher, self._schema, query, criteria.sort, worth).next(after, limit + 1)
            facets = searcher.aggregate(
                query, {name: {"terms": {"field": name, "size": _FACET_VALUES}} for name in ("category", "difficulty")}
            )
        except ValueError as error:
            raise IndexUnavailable(str(error)) from error
        by_relevance = criteria.sort is SearchSort.RELEVANCE
        hits = [Hit(challenge, min(1.0, key / worth) if by_relevance else 0.0) for challenge, key in self._read(searcher, scored)]
        hits.sort(key=lambda hit: hit.keys(criteria.sort))
        rest = [hit for hit in hits if after is None or hit.keys(criteria.sort) > after]
        return Found(tuple(rest[:limit]), len(rest) > limit, total, _counts(facets["category"]), _counts(facets["difficulty"]))

    def beginning_with(self, typed: tuple[str, ...], viewer_id: str | None, limit: int) -> list[Challenge]:
        """Raises:
        IndexUnavailable: ask somebody else.
        """
        searcher = self._ready()
        *whole, last = typed[:_MAX_WORDS]
        clauses = [Query.disjunction_max_query([self._near("title", word), self._near("skills", word)]) for word in whole]
        clauses.append(Query.disjunction_max_query([self._near(field, last, prefix=True) for field in ("title", "skills")]))
        query = Query.boolean_query([(Occur.Must, clause) for clause in [*clauses, self._visible(viewer_id), self._with_time_left()]])
        try:
            found = searcher.search(query, limit=limit, count=False, order_by_field="published", order=tantivy.Order.Desc)
            challenges = [challenge for challenge, _ in self._read(searcher, found.hits)]
        except ValueError as error:
            raise IndexUnavailable(str(error)) from error
        return sorted(challenges, key=lambda challenge: Hit(challenge, 0).keys(SearchSort.NEWEST))

    def _ready(self) -> tantivy.Searcher:
        if self._searcher is None:
            raise IndexUnavailable("the index is being built")
        return self._searcher

    def _read(self, searcher: tantivy.Searcher, hits: list[tuple[float, tantivy.DocAddress]]) -> list[tuple[Challenge, float]]:
        rows = searcher.fast_field_values("row", [address for _, address in hits]) if hits else []
        return [(self._challenges[row], key) for row, (key, _) in zip(rows, hits, strict=True)]

    def _matching(self, criteria: Criteria, viewer_id: str | None) -> Query:
        asked = criteria.words[:_MAX_WORDS]
        needed = [self._visible(viewer_id), self._with_time_left(), *self._filters(criteria)]
        if not asked:
            return Query.empty_query()
        found = [(Occur.Should, self._word(word, last=place == len(asked) - 1)) for place, word in enumerate(asked)]
        enough = len(asked) if len(asked) <= 2 else len(asked) - len(asked) // 3  # of many words some may be missing
        text = Query.boolean_query(found, minimum_number_should_match=enough)
        return Query.boolean_query([(Occur.Must, text), *((Occur.Must, Query.const_score_query(query, 0.0)) for query in needed)])

    def _word(self, word: str, *, last: bool) -> Query:
        options = [Query.const_score_query(Query.term_query(self._schema, field, word), worth) for field, worth in _FIELDS.items()]
        for stem in self._stemmer.analyze(word):
            options.append(Query.const_score_query(Query.term_query(self._schema, "stems", stem), _FIELDS["stems"]))
        for field, worth in _FIELDS.items():
            if allowed(word) and field != "stems":
                options.append(Query.const_score_query(self._near(field, word), worth * _WRONG))
            if last and len(word) >= 3 and field in ("title", "skills"):
                options.append(Query.const_score_query(self._near(field, word, prefix=True), worth * _WRONG))
        return Query.disjunction_max_query(options)

    def _near(self, field: str, word: str, *, prefix: bool = False) -> Query:
        distance = min(1, allowed(word)) if prefix else allowed(word)
        return Query.fuzzy_term_query(self._schema, field, word, distance, True, prefix)

    def _visible(self, viewer_id: str | None) -> Query:
        readers = [PUBLIC] if viewer_id is None else [PUBLIC, viewer_id]
        return Query.boolean_query([(Occur.Should, Query.term_query(self._schema, "visible_to", reader)) for reader in readers])

    def _with_time_left(self) -> Query:
        return self._range("deadline", _milliseconds(self._now().timestamp()) + 1, None)

    def _filters(self, criteria: Criteria) -> list[Query]:
        terms = {"category": criteria.category, "difficulty": criteria.difficulty, "currency": criteria.currency}
        filters = [Query.term_query(self._schema, field, str(value)) for field, value in terms.items() if value is not None]
        if criteria.min_reward is not None:
            filters.append(self._range("max_reward", criteria.min_reward, None))
        if criteria.max_reward is not None:
            filters.append(self._range("min_reward", None, criteria.max_reward))
        if criteria.deadline_before is not None:
            filters.append(self._range("deadline", None, max(0, _milliseconds(criteria.deadline_before.timestamp()) - 1)))
        return filters

    def _range(self, field: str, least: int | None, most: int | None) -> Query:
        return Query.range_query(self._schema, field, tantivy.FieldType.Unsigned, lower_bound=least, upper_bound=most)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("title", "skills", "tags", "description"):
        builder.add_text_field(name, tokenizer_name="words")
    builder.add_text_field("stems", tokenizer_name="stems")
    for name in ("category", "difficulty"):
        builder.add_text_field(name, tokenizer_name="raw", fast=True)
    for name in ("id", "currency", "visible_to"):
        builder.add_text_field(name, tokenizer_name="raw")
    for name in ("row", "min_reward", "max_reward", "reward_place", "deadline", "published"):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    return builder.build()


def _document(challenge: Challenge, row: int) -> tantivy.Document:
    content = challenge.content
    document = tantivy.Document()
    title, description = " ".join(words(content.title)), " ".join(words(content.description))
    document.add_text("id", challenge.id)
    document.add_text("title", title)
    document.add_text("description", description)
    document.add_text("stems", f"{title} {description}")
    for field, values in (("skills", content.skills), ("tags", content.tags)):
        document.add_text(field, " ".join(words(" ".join(values))))
    document.add_text("category", content.category)
    document.add_text("difficulty", content.difficulty)
    document.add_text("currency", content.currency)
    for reader in visible_to(content):
        document.add_text("visible_to", reader)
    document.add_unsigned("row", row)
    document.add_unsigned("min_reward", content.min_reward)
    document.add_unsigned("max_reward", content.max_reward)
    document.add_unsigned("reward_place", reward_place(content))
    document.add_unsigned("deadline", max(0, _milliseconds(content.deadline.timestamp())))
    document.add_unsigned("published", max(0, _milliseconds(content.published_at.timestamp())))
    return document


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _counts(facet: dict[str, list[dict[str, object]]]) -> tuple[tuple[str, int], ...]:
    counts = [(str(bucket["key"]), int(str(bucket["doc_count"]))) for bucket in facet["buckets"]]
    return tuple(sorted(counts, key=lambda count: (-count[1], count[0])))
