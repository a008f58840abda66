"""End all of one's sessions but the present one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from identity.domain.session import RevokeReason
from identity.usecases.end_sessions import end_sessions
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class RevokeOtherSessionsHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> Done:
        """With them ends what was begun in them."""
        with self.unit_of_work() as work:
            end_sessions(work, principal.user_id, RevokeReason.REVOKED, self.now(), but=principal.session_id)
            return work.answer(Done())
