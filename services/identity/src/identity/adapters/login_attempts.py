"""How often somebody tried: a counter for each budget and quarter of an hour in MongoDB."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from identity.domain.errors import LoginThrottled
from identity.domain.throttle import WINDOW, Budget
from identity.domain.tokens import digest

COLLECTION = "login_attempts"


class MongoLoginAttempts:
    """The port LoginAttempts. Single-document increments, so that parallel attempts never wait for each other."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._attempts = database[COLLECTION]

    def count(self, budget: Budget, at: datetime) -> None:
        key, ends_at = _window(budget, at)
        if self._increment(key, ends_at) > budget.limit:
            raise LoginThrottled(math.ceil((ends_at - at).total_seconds()), budget.holds_for)

    def forget(self, budget: Budget, at: datetime) -> None:
        self._attempts.delete_one({"_id": _window(budget, at)[0]})

    def take_back(self, budget: Budget, at: datetime) -> None:
        self._attempts.update_one({"_id": _window(budget, at)[0], "count": {"$gt": 0}}, {"$inc": {"count": -1}})

    def _increment(self, key: str, ends_at: datetime) -> int:
        """One trip to the database: an attack is mostly this."""
        change = {"$inc": {"count": 1}, "$setOnInsert": {"ends_at": ends_at}}
        try:
            row = self._attempts.find_one_and_update({"_id": key}, change, upsert=True, return_document=ReturnDocument.AFTER)
        except DuplicateKeyError:  # two began the window at once: it is there now
            row = self._attempts.find_one_and_update({"_id": key}, change, upsert=True, return_document=ReturnDocument.AFTER)
        return int(row["count"]) if row else 1  # upserted: there is one


def _window(budget: Budget, at: datetime) -> tuple[str, datetime]:
    """The counter's id (of the digest alone: no list of addresses people tried) and when its window ends."""
    number = int(at.timestamp() // WINDOW.total_seconds())
    ends_at = datetime.fromtimestamp((number + 1) * WINDOW.total_seconds(), UTC)
    return f"{digest(budget.key)}:{number}", ends_at
