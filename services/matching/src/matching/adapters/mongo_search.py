"""A simpler search in the database, for the time without an index: every word must stand there, no typing errors forgiven."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymongo.database import Database

from contracts.challenges.terms import ChallengeStatus
from contracts.matching.queries import SearchSort
from matching.adapters.mapping import PUBLIC, challenge_from, standing_from
from matching.domain.challenge import Challenge
from matching.domain.search import Criteria, Found, Hit, OrderKeys
from matching.domain.text import words

_READ_AT_MOST = 2000


class MongoSearch:
    """The port Search."""

    def __init__(self, database: Database[dict[str, Any]], now: Callable[[], datetime]) -> None:
        self._challenges, self._solvers = database.challenges, database.solvers
        self._now = now

    def search(self, criteria: Criteria, viewer_id: str | None, after: OrderKeys | None, limit: int) -> Found:
        if not criteria.words:
            return Found((), more=False, total=0, categories=(), difficulties=())
        found = self._read([*(_has(word) for word in criteria.words), *_filters(criteria)], viewer_id)
        hits = sorted((Hit(challenge, _score(challenge, criteria.words)) for challenge in found), key=lambda hit: hit.keys(criteria.sort))
        rest = [hit for hit in hits if after is None or hit.keys(criteria.sort) > after]
        categories = Counter(challenge.content.category.value for challenge in found)
        difficulties = Counter(challenge.content.difficulty.value for challenge in found)
        return Found(tuple(rest[:limit]), len(rest) > limit, len(found), _ranked(categories), _ranked(difficulties))

    def beginning_with(self, typed: tuple[str, ...], viewer_id: str | None, limit: int) -> list[Challenge]:
        found = self._read([_has(word) for word in typed], viewer_id)
        return sorted(found, key=lambda challenge: Hit(challenge, 0).keys(SearchSort.NEWEST))[:limit]

    def _read(self, conditions: list[dict[str, Any]], viewer_id: str | None) -> list[Challenge]:
        readers = [PUBLIC] if viewer_id is None else [PUBLIC, viewer_id]
        query = {
            "status": ChallengeStatus.OPEN.value,
            "visible_to": {"$in": readers},
            "deadline": {"$gt": self._now()},
            "$and": conditions,
        }
        found = [challenge_from(row) for row in self._challenges.find(query, limit=_READ_AT_MOST)]
        kept_out = self._kept_out({challenge.content.challenger_id for challenge in found})
        return [challenge for challenge in found if challenge.content.challenger_id not in kept_out]

    def _kept_out(self, user_ids: set[str]) -> set[str]:
        now = self._now()
        told_of = self._solvers.find({"_id": {"$in": sorted(user_ids)}, "standing": {"$ne": None}}, {"standing": True})
        return {row["_id"] for row in told_of if not standing_from(row).active_at(now)}


def _has(word: str) -> dict[str, Any]:
    return {"words": {"$regex": f"(^| ){re.escape(word)}"}}


def _filters(criteria: Criteria) -> list[dict[str, Any]]:
    equal = {"category": criteria.category, "difficulty": criteria.difficulty, "currency": criteria.currency}
    filters: list[dict[str, Any]] = [{field: str(value)} for field, value in equal.items() if value is not None]
    if criteria.min_reward is not None:
        filters.append({"max_reward": {"$gte": criteria.min_reward}})
    if criteria.max_reward is not None:
        filters.append({"min_reward": {"$lte": criteria.max_reward}})
    if criteria.deadline_before is not None:
        filters.append({"deadline": {"$lt": criteria.deadline_before}})
    return filters


def _score(challenge: Challenge, asked: tuple[str, ...]) -> float:
    """The share of the words that stand in the title."""
    title = set(words(challenge.content.title))
    return sum(word in title for word in asked) / len(asked)


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda count: (-count[1], count[0])))
