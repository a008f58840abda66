"""Applications in MongoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from challenges.adapters.documents import ApplicantDocument, ApplicationDocument
from challenges.adapters.mapping import application_document, application_from
from challenges.domain.application import Application
from challenges.domain.errors import AlreadyApplied
from chassis.documents import DocumentCollection
from chassis.mongo import LostRace
from contracts.challenges.terms import ApplicationStatus


class MongoApplications:
    """The port Applications; without a session for plain reads."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._documents = DocumentCollection(ApplicationDocument, session)
        self._applicants = DocumentCollection(ApplicantDocument, session)

    def get(self, application_id: str) -> Application | None:
        row = self._documents.row(application_id)
        return None if row is None else application_from(row)

    def add(self, application: Application) -> None:
        try:
            self._documents.insert(application_document(application))
        except DuplicateKeyError as error:
            raise AlreadyApplied from error

    def save(self, application: Application) -> Application:
        self._documents.replace(application_document(application), application.version)
        return replace(application, version=application.version + 1)

    def pending_to(self, challenge_id: str) -> list[Application]:
        rows = self._documents.rows({"challenge_id": challenge_id, "status": ApplicationStatus.PENDING}, sort=[("_id", 1)])
        return [application_from(row) for row in rows]

    def claims_of(self, applicant_id: str) -> int:
        self._take_turn(applicant_id)
        return self._documents.count({"applicant_id": applicant_id, "status": ApplicationStatus.PENDING})

    def page_to(self, challenge_id: str, applicant_id: str | None, cursor: str | None, limit: int) -> tuple[list[Application], str | None]:
        query: dict[str, Any] = {"challenge_id": challenge_id}
        if applicant_id is not None:
            query["applicant_id"] = applicant_id
        rows, next_cursor = self._documents.page_of_rows(query, sort=[("created_at", 1)], cursor=cursor, limit=limit)
        return [application_from(row) for row in rows], next_cursor

    def _take_turn(self, applicant_id: str) -> None:
        """Write the applicant's own record: two transactions that do so collide, and the later one counts anew."""
        turn = self._applicants.get(applicant_id)
        if turn is not None:
            self._applicants.replace(turn, turn.version)
            return
        try:
            self._applicants.insert(ApplicantDocument(id=applicant_id))
        except DuplicateKeyError as error:
            raise LostRace("another application of this person came first") from error
