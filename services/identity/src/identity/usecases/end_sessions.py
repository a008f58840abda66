"""End the sessions of a person, and what was begun in them."""

from __future__ import annotations

from datetime import datetime

from identity.domain.session import RevokeReason
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import session_revoked


def end_sessions(work: UnitOfWork, user_id: str, reason: RevokeReason, at: datetime, but: str | None = None) -> None:
    """All that are live, but one where it is named; in this unit of work.

    What the person has begun ends too, whoever began it: a new address, a link or a passkey that a thief asked for would else be completed
    with its token alone, long after the thief's session. What was begun in the session that stays must be begun again.
    """
    work.sessions.take_turn(user_id)
    work.ceremonies.drop_all(user_id)
    for session in work.sessions.live_of(user_id, at):
        if session.id != but:
            work.sessions.save(session.revoked(reason, at))
            work.emit(session_revoked(session, reason))
