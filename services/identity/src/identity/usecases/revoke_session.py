"""End one of one's sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.authentication import RevokeSession
from identity.domain.errors import SessionNotFound
from identity.domain.session import RevokeReason
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import session_revoked


@dataclass(frozen=True, slots=True)
class RevokeSessionHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: RevokeSession, principal: Principal) -> Done:
        """Also the one that asks. One that has ended already stays as it is. With another goes what was begun, maybe there.

        Raises:
            SessionNotFound: there is none, or it is somebody else's.
        """
        at = self.now()
        with self.unit_of_work() as work:
            work.sessions.take_turn(principal.user_id)
            session = work.sessions.get(command.session_id)
            if session is None or session.user_id != principal.user_id:
                raise SessionNotFound
            if session.live(at):
                work.sessions.save(session.revoked(RevokeReason.REVOKED, at))
                work.emit(session_revoked(session, RevokeReason.REVOKED))
                if session.id != principal.session_id:
                    work.ceremonies.drop_all(session.user_id)
        return Done()
