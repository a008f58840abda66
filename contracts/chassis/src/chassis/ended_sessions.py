"""Sessions that ended before their access tokens expired: every service refuses these tokens at once, not minutes later."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from chassis.clock import Clock
from chassis.principal import Principal, SessionEnded
from chassis.wiring import Resources

COLLECTION = "ended_sessions"
_KEPT = timedelta(hours=1)  # longer than an access token lives
_OVERLAP = timedelta(seconds=10)  # the clocks of two replicas may differ by this much


def create(database: Database[dict[str, Any]]) -> None:
    """The indexes; safe to run again."""
    database[COLLECTION].create_index([("noted_at", ASCENDING)], expireAfterSeconds=int(_KEPT.total_seconds()))


class EndedSessions:
    """Kept in the service's database, where its replicas find what one of them heard; looked up in memory."""

    def __init__(self, database: Database[dict[str, Any]], clock: Clock) -> None:
        self._rows = database[COLLECTION]
        self._clock = clock
        self._known: dict[str, datetime] = {}
        self._read_up_to: datetime | None = None
        self._reading = threading.Lock()

    def note(self, session_id: str) -> None:
        """This session has ended. Noting it again changes nothing."""
        at = self._clock.now()
        self._rows.update_one({"_id": session_id}, {"$setOnInsert": {"noted_at": at}}, upsert=True)
        self._known[session_id] = at

    def refresh(self) -> None:
        """Read what other replicas have noted, and forget what no token can speak of any more."""
        with self._reading:
            at = self._clock.now()
            if self._read_up_to is None or at < self._read_up_to:  # set back: what was noted since bears an earlier time
                since = at - _KEPT
            else:
                since = self._read_up_to - _OVERLAP
            for row in self._rows.find({"noted_at": {"$gte": since}}):
                self._known[row["_id"]] = row["noted_at"]
            self._known = {session: noted_at for session, noted_at in self._known.items() if noted_at > at - _KEPT}
            self._read_up_to = at

    def refuse(self, principal: Principal) -> None:
        """Let a principal pass whose session goes on.

        Raises:
            SessionEnded: it does not.
            pymongo.errors.PyMongoError: nothing was read yet and the database is away.
        """
        if self._read_up_to is None:
            self.refresh()
        if principal.session_id in self._known:
            raise SessionEnded


def ended_sessions(resources: Resources[Any]) -> EndedSessions:
    """Those of this process: give it to `Runtime.built`."""
    return EndedSessions(resources.store.database, resources.clock)
