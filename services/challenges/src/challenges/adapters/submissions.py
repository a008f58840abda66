"""Submissions in MongoDB."""

from __future__ import annotations

from dataclasses import replace

from pymongo.client_session import ClientSession

from challenges.adapters.documents import SubmissionDocument
from challenges.adapters.mapping import submission_document, submission_from
from challenges.domain.submission import Submission
from chassis.documents import DocumentCollection


class MongoSubmissions:
    """The port Submissions; without a session for plain reads."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._documents = DocumentCollection(SubmissionDocument, session)

    def get(self, submission_id: str) -> Submission | None:
        row = self._documents.row(submission_id)
        return None if row is None else submission_from(row)

    def add(self, submission: Submission) -> None:
        self._documents.insert(submission_document(submission))

    def save(self, submission: Submission) -> Submission:
        self._documents.replace(submission_document(submission), submission.version)
        return replace(submission, version=submission.version + 1)

    def page_of(self, challenge_id: str, cursor: str | None, limit: int) -> tuple[list[Submission], str | None]:
        rows, next_cursor = self._documents.page_of_rows(
            {"challenge_id": challenge_id}, sort=[("created_at", 1)], cursor=cursor, limit=limit
        )
        return [submission_from(row) for row in rows], next_cursor
