"""Keeps no answer of somebody who left: beside the feed that tells of them, as all that is kept is read for it."""

from __future__ import annotations

import structlog

from contracts.base import Event
from contracts.identity.events import PersonDeletionStarted
from gateway.rounds import Rounds
from gateway.shared.connection import RedisAway
from gateway.shared.idempotency import Records

_LOOK_EVERY_S = 1.0
_AT_ONCE = 100  # people: one pass serves them all
_log = structlog.get_logger(__name__)


class Leaving:
    def __init__(self, records: Records) -> None:
        self._records = records
        self._people: dict[str, None] = {}  # in the order in which they left
        self.rounds = Rounds("leaving", _LOOK_EVERY_S, self.forget)

    def hear(self, event: Event) -> None:
        if isinstance(event, PersonDeletionStarted):
            self._people[event.user_id] = None

    async def forget(self) -> None:
        """Drop the kept answers in which those who left since the last time are named; what fails is tried again the next time."""
        now = list(self._people)[:_AT_ONCE]
        if not now:
            return
        try:
            await self._records.forget(now)
        except RedisAway:
            return
        except Exception:  # the others want to be forgotten, too
            _log.exception("leaving_failed")
        for user_id in now:
            del self._people[user_id]
