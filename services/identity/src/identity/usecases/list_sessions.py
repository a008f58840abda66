"""Show a person's live sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.sessions import SessionsView, SessionView
from identity.usecases.ports import Sessions


@dataclass(frozen=True, slots=True)
class ListSessionsHandler:
    sessions: Sessions
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> SessionsView:
        return SessionsView(
            items=tuple(
                SessionView(
                    id=session.id,
                    current=session.id == principal.session_id,
                    device=session.origin.device,
                    address_range=session.origin.address_range,
                    methods=session.methods,
                    created_at=session.created_at,
                    last_used_at=session.last_used_at,
                )
                for session in self.sessions.live_of(principal.user_id, self.now())
            )
        )
