"""Challenges in MongoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from challenges.adapters.documents import ChallengeDocument
from challenges.adapters.mapping import challenge_document, challenge_from
from challenges.domain.challenge import Challenge
from challenges.usecases.ports import Filters
from chassis.documents import DocumentCollection
from contracts.challenges.queries import ChallengeSort
from contracts.challenges.terms import ChallengeStatus, Visibility


class MongoChallenges:
    """The port Challenges; without a session for plain reads."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._documents = DocumentCollection(ChallengeDocument, session)

    def get(self, challenge_id: str) -> Challenge | None:
        row = self._documents.row(challenge_id)
        return None if row is None else challenge_from(row)

    def add(self, challenge: Challenge) -> None:
        self._documents.insert(challenge_document(challenge))

    def save(self, challenge: Challenge) -> Challenge:
        self._documents.replace(challenge_document(challenge), challenge.version)
        return replace(challenge, version=challenge.version + 1)

    def remove(self, challenge: Challenge) -> None:
        self._documents.delete(challenge.id)

    def page_public(self, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int) -> tuple[list[Challenge], str | None]:
        query = {"visibility": Visibility.PUBLIC, "status": filters.status or ChallengeStatus.OPEN} | _conditions(filters)
        return self._page(query, _order(sort, newest_by="published_at"), cursor, limit)

    def page_of_party(
        self, person_id: str, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]:
        query: dict[str, Any] = {"party_ids": person_id} | _conditions(filters)
        if filters.status is not None:
            query["status"] = filters.status
        return self._page(query, _order(sort, newest_by="created_at"), cursor, limit)

    def page_invited(
        self, person_id: str, filters: Filters, sort: ChallengeSort, cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]:
        invited = {"invited_user_ids": person_id, "visibility": Visibility.PRIVATE, "status": ChallengeStatus.OPEN}
        return self._page(invited | _conditions(filters), _order(sort, newest_by="published_at"), cursor, limit)

    def undecided(self, deadline_until: datetime, limit: int) -> list[str]:
        overdue = {"status": ChallengeStatus.OPEN, "deadline": {"$lte": deadline_until}}
        return [row["_id"] for row in self._documents.rows(overdue, sort=[("deadline", 1)], limit=limit)]

    def _page(
        self, query: dict[str, Any], order: list[tuple[str, int]], cursor: str | None, limit: int
    ) -> tuple[list[Challenge], str | None]:
        rows, next_cursor = self._documents.page_of_rows(query, sort=order, cursor=cursor, limit=limit)
        return [challenge_from(row) for row in rows], next_cursor


def _conditions(filters: Filters) -> dict[str, Any]:
    """A challenge fits amounts when its reward can lie between them."""
    wanted = {
        "category": filters.category,
        "difficulty": filters.difficulty,
        "reward_currency": filters.currency,
        "reward_high": None if filters.min_reward is None else {"$gte": filters.min_reward},
        "reward_low": None if filters.max_reward is None else {"$lte": filters.max_reward},
        "deadline": _between(filters.deadline_after, filters.deadline_before),
    }
    return {field: condition for field, condition in wanted.items() if condition is not None}


def _between(after: datetime | None, before: datetime | None) -> dict[str, Any] | None:
    limits = {"$gt": after, "$lt": before}
    return {operator: moment for operator, moment in limits.items() if moment is not None} or None


def _order(sort: ChallengeSort, newest_by: str) -> list[tuple[str, int]]:
    if sort is ChallengeSort.REWARD:  # amounts compare within a currency alone
        return [("reward_currency", 1), ("reward_high", -1)]
    if sort is ChallengeSort.DEADLINE:
        return [("deadline", 1)]
    return [(newest_by, -1)]
