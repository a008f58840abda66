"""End the sessions of a person."""

from __future__ import annotations

from datetime import datetime

from identity.domain.session import RevokeReason
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import session_revoked


def end_sessions(work: UnitOfWork, user_id: str, reason: RevokeReason, at: datetime, but: str | None = None) -> None:
    """All that are live, but one where it is named; in this unit of work."""
    for session in work.sessions.live_of(user_id, at):
        if session.id != but:
            work.sessions.save(session.revoked(reason, at))
            work.emit(session_revoked(session, reason))
