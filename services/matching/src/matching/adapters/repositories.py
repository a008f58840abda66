"""Challenges, solvers and matches in MongoDB."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection, StaleVersion, VersionedDocument
from matching.adapters.documents import ChallengeDocument, MatchDocument, SolverDocument
from matching.adapters.mapping import challenge_document, challenge_from, solver_document, solver_from
from matching.domain.challenge import Challenge
from matching.domain.solver import Solver

D = TypeVar("D", bound=VersionedDocument)


class MongoChallenges:
    """The port Challenges; without a session for plain reads."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._documents = DocumentCollection(ChallengeDocument, session)

    def get(self, challenge_id: str) -> Challenge | None:
        row = self._documents.row(challenge_id)
        return challenge_from(row) if row else None

    def save(self, challenge: Challenge) -> None:
        _write(self._documents, challenge_document(challenge, _real_time()), challenge.version)


class MongoSolvers:
    """The port Solvers; without a session for plain reads."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._documents = DocumentCollection(SolverDocument, session)

    def get(self, user_id: str) -> Solver | None:
        row = self._documents.row(user_id)
        return solver_from(row) if row else None

    def save(self, solver: Solver) -> None:
        _write(self._documents, solver_document(solver, _real_time()), solver.version)


class MongoMatches:
    """The port Matches."""

    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(MatchDocument, session)

    def told(self, challenge_id: str) -> frozenset[str]:
        return frozenset(row["user_id"] for row in self._documents.rows({"challenge_id": challenge_id}))

    def add(self, challenge_id: str, user_id: str, score: float) -> None:
        document = MatchDocument(id=f"{challenge_id}/{user_id}", challenge_id=challenge_id, user_id=user_id, score=score)
        _write(self._documents, document, 0)


def _write(documents: DocumentCollection[D], document: D, version: int) -> None:
    if version:
        documents.replace(document, version)
        return
    try:
        documents.insert(document)
    except DuplicateKeyError as error:
        raise StaleVersion from error  # another event about it came first: look again


def _real_time() -> datetime:
    """Followers in all replicas compare these moments, so no clock that can be moved will do."""
    return datetime.now(UTC)
