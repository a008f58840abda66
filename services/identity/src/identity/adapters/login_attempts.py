"""How often somebody tried to log in to an address: a counter for each quarter of an hour in MongoDB."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from identity.domain.account import email_key
from identity.domain.errors import LoginThrottled
from identity.domain.tokens import digest

COLLECTION = "login_attempts"
LIMIT = 10  # NIST SP 800-63B, 5.2.2: at most 100 failures in a row; whoever waits a quarter of an hour may go on
WINDOW = timedelta(minutes=15)


class MongoLoginAttempts:
    """The port LoginAttempts. Single-document increments, so that parallel attempts never wait for each other."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._attempts = database[COLLECTION]

    def count(self, email: str, at: datetime) -> None:
        key, ends_at = _window(email, at)
        self._increment(key, ends_at)
        counted = self._attempts.find_one({"_id": key})
        if counted and counted["count"] > LIMIT:
            raise LoginThrottled(retry_after_s=math.ceil((ends_at - at).total_seconds()))

    def forget(self, email: str, at: datetime) -> None:
        self._attempts.delete_one({"_id": _window(email, at)[0]})

    def _increment(self, key: str, ends_at: datetime) -> None:
        change = {"$inc": {"count": 1}, "$setOnInsert": {"ends_at": ends_at}}
        try:
            self._attempts.update_one({"_id": key}, change, upsert=True)
        except DuplicateKeyError:  # two began the window at once: it is there now
            self._attempts.update_one({"_id": key}, change)


def _window(email: str, at: datetime) -> tuple[str, datetime]:
    """The counter's id (of the digest alone: no list of addresses people tried) and when its window ends."""
    number = int(at.timestamp() // WINDOW.total_seconds())
    ends_at = datetime.fromtimestamp((number + 1) * WINDOW.total_seconds(), UTC)
    return f"{digest(email_key(email))}:{number}", ends_at
