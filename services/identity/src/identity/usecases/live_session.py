"""What begins in a session, and lasts longer than it, begins with: the session has not ended."""

from __future__ import annotations

from datetime import datetime

from chassis.principal import Principal, SessionEnded
from identity.domain.session import Session
from identity.usecases.ports import UnitOfWork


def live_session(work: UnitOfWork, principal: Principal, at: datetime) -> Session:
    """The principal's session; in this unit of work, in turn with whoever ends it (decision 0081).

    Services hear of ended sessions moments later, or once the relay is back; until then a thief could begin with the token that is out
    what completing it needs no session for. Here the session itself is looked at.

    Raises:
        SessionEnded: the session is over, the access token is not yet.
        PersonRequired: a key or a program asks; they have no session here.
    """
    principal.require_person()
    work.sessions.take_turn(principal.user_id)
    session = work.sessions.get(principal.session_id)
    if session is None or session.user_id != principal.user_id or not session.live(at):
        raise SessionEnded
    return session
