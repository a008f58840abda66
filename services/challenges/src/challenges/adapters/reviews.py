"""Reviews in MongoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from challenges.adapters.documents import ReviewDocument
from challenges.adapters.mapping import review_document, review_from
from challenges.domain.errors import AlreadyReviewed
from challenges.domain.review import Review
from chassis.documents import DocumentCollection


class MongoReviews:
    """The port Reviews; without a session for plain reads."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._documents = DocumentCollection(ReviewDocument, session)

    def add(self, review: Review) -> None:
        try:
            self._documents.insert(review_document(review))
        except DuplicateKeyError as error:
            raise AlreadyReviewed from error

    def save(self, review: Review) -> Review:
        self._documents.replace(review_document(review), review.version)
        return replace(review, version=review.version + 1)

    def of_challenge(self, challenge_id: str) -> list[Review]:
        return [review_from(row) for row in self._documents.rows({"challenge_id": challenge_id}, sort=[("_id", 1)])]

    def page_of(self, challenge_id: str, cursor: str | None, limit: int) -> tuple[list[Review], str | None]:
        rows, next_cursor = self._documents.page_of_rows(
            {"challenge_id": challenge_id}, sort=[("created_at", 1)], cursor=cursor, limit=limit
        )
        return [review_from(row) for row in rows], next_cursor

    def challenges_due(self, at: datetime, limit: int) -> list[str]:
        rows = self._documents.rows({"hidden_until": {"$lte": at}}, sort=[("hidden_until", 1)], limit=limit)
        return list(dict.fromkeys(row["challenge_id"] for row in rows))
