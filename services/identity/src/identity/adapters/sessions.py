"""Sessions and their refresh tokens in MongoDB."""

from __future__ import annotations

from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection
from chassis.mongo import LostRace
from identity.adapters.documents import RefreshTokenDocument, SessionDocument, SessionTurnDocument
from identity.domain.origin import Origin
from identity.domain.session import RefreshToken, RevokeReason, Session


class MongoSessions:
    """The port Sessions; without a session of the database for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._session = session
        self._sessions = DocumentCollection(SessionDocument, session)

    def get(self, session_id: str) -> Session | None:
        document = self._sessions.get(session_id)
        return _session(document) if document else None

    def add(self, session: Session) -> None:
        self._sessions.insert(_session_document(session))

    def save(self, session: Session) -> None:
        self._sessions.replace(_session_document(session), expected_version=session.version - 1)

    def live_of(self, user_id: str, at: datetime) -> list[Session]:
        found = (_session(document) for document in self._sessions.find({"user_id": user_id}))
        return sorted((session for session in found if session.live(at)), key=lambda session: session.last_used_at, reverse=True)

    def take_turn(self, user_id: str) -> None:
        """One write by id, for every login does it: two transactions that write one document conflict."""
        if self._session is None:
            raise RuntimeError("turns are taken in a unit of work")
        turns = SessionTurnDocument._get_collection()
        try:
            turns.update_one({"_id": user_id}, {"$inc": {"version": 1}}, upsert=True, session=self._session)
        except DuplicateKeyError as error:
            raise LostRace("somebody else took the first turn") from error


class MongoRefreshTokens:
    """The port RefreshTokens."""

    def __init__(self, session: ClientSession) -> None:
        self._tokens = DocumentCollection(RefreshTokenDocument, session)

    def get(self, token_digest: str) -> RefreshToken | None:
        document = self._tokens.get(token_digest)
        return _token(document) if document else None

    def add(self, token: RefreshToken) -> None:
        self._tokens.insert(_token_document(token))

    def save(self, token: RefreshToken) -> None:
        self._tokens.replace(_token_document(token), expected_version=token.version - 1)


def _session(document: SessionDocument) -> Session:
    return Session(
        id=document.id,
        version=document.version,
        user_id=document.user_id,
        created_at=document.created_at,
        expires_at=document.expires_at,
        authenticated_at=document.authenticated_at or document.created_at,
        last_used_at=document.last_used_at or document.created_at,
        methods=tuple(document.methods) or ("pwd",),
        origin=Origin(document.device or "unknown", document.address_range or "unknown"),
        revoked_at=document.revoked_at,
        reason=RevokeReason(document.reason) if document.reason else None,
    )


def _session_document(session: Session) -> SessionDocument:
    return SessionDocument(
        id=session.id,
        version=session.version,
        user_id=session.user_id,
        created_at=session.created_at,
        expires_at=session.expires_at,
        authenticated_at=session.authenticated_at,
        last_used_at=session.last_used_at,
        methods=list(session.methods),
        device=session.origin.device,
        address_range=session.origin.address_range,
        revoked_at=session.revoked_at,
        reason=session.reason.value if session.reason else None,
    )


def _token(document: RefreshTokenDocument) -> RefreshToken:
    return RefreshToken(
        digest=document.id,
        version=document.version,
        session_id=document.session_id,
        expires_at=document.expires_at,
        rotated_at=document.rotated_at,
        rotated_by=document.rotated_by,
    )


def _token_document(token: RefreshToken) -> RefreshTokenDocument:
    return RefreshTokenDocument(
        id=token.digest,
        version=token.version,
        session_id=token.session_id,
        expires_at=token.expires_at,
        rotated_at=token.rotated_at,
        rotated_by=token.rotated_by,
    )
