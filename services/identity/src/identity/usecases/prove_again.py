"""What every step-up ends with: the session is fresh again."""

from __future__ import annotations

from datetime import datetime

from chassis.principal import Principal
from identity.domain.session import Session
from identity.usecases.live_session import live_session
from identity.usecases.ports import UnitOfWork


def prove_again(work: UnitOfWork, principal: Principal, methods: tuple[str, ...], at: datetime) -> Session:
    """The principal's session, its owner proven by these methods at this moment; in this unit of work.

    Raises:
        SessionEnded: the session is over, the access token is not yet.
    """
    session = live_session(work, principal, at).proven_again(methods, at)
    work.sessions.save(session)
    return session
