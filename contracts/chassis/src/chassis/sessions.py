"""How every service hears of ended sessions."""

from __future__ import annotations

from chassis.ended_sessions import EndedSessions, ended_sessions
from chassis.entrypoints import UseCasesProvider, on_event, timer
from contracts.identity.events import SessionRevoked

_REFRESH_SECONDS = 0.5


def listener(service: str) -> type:
    """The nameko service that hears of ended sessions: the runner adds it to every process, so that no service can forget it."""

    class Sessions:
        name = f"{service}.sessions"
        ended: EndedSessions = UseCasesProvider(ended_sessions)

        @on_event
        def on_session_revoked(self, event: SessionRevoked) -> None:
            self.ended.note(event.session_id)

        @timer(seconds=_REFRESH_SECONDS)
        def refresh_ended_sessions(self) -> None:
            self.ended.refresh()

    return Sessions
