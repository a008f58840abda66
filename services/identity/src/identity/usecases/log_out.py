"""End a session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.base import Done
from contracts.identity.commands import LogOut
from identity.domain.session import RevokeReason
from identity.domain.tokens import digest
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import session_revoked


@dataclass(frozen=True, slots=True)
class LogOutHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: LogOut) -> Done:
        """End the session that the refresh token belongs to. An unknown token is fine too: it opens nothing (RFC 7009, 2.2)."""
        at = self.now()
        with self.unit_of_work() as work:
            token = work.refresh_tokens.get(digest(command.refresh_token))
            session = work.sessions.get(token.session_id) if token else None
            if session and session.live(at):
                work.sessions.save(session.revoked(RevokeReason.LOGGED_OUT, at))
                work.emit(session_revoked(session, RevokeReason.LOGGED_OUT))
            return work.answer(Done())
