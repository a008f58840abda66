"""What changed in a collection since the last look, whichever replica changed it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.collection import Collection

# A row carries the time at which it was written, its transaction commits a little later and clocks differ a little: look back that far.
_OVERLAP = timedelta(seconds=15)
_LOOK_AT_ALL_EVERY_S = 600.0  # and mend whatever a longer delay has hidden
_FETCHED_ONE_BY_ONE = 200


class FollowedCollection:
    """Rows have `version` and `changed_at`, are never removed, and an index leads to `changed_at`."""

    def __init__(self, collection: Collection[dict[str, Any]], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._collection = collection
        self._now = now
        self._versions: dict[str, int] = {}
        self._seen_to: datetime | None = None
        self._looked_at_all = -_LOOK_AT_ALL_EVERY_S

    def changed(self) -> list[dict[str, Any]]:
        """Rows that are new or changed since the last call; all of them at the first."""
        now, moment = time.monotonic(), self._now()
        set_back = self._seen_to is not None and moment < self._seen_to  # the clock: what was written since bears an earlier time
        look_at_all = set_back or now - self._looked_at_all >= _LOOK_AT_ALL_EVERY_S
        since = {} if self._seen_to is None or look_at_all else {"changed_at": {"$gte": self._seen_to - _OVERLAP}}
        if self._seen_to is None:
            rows = list(self._collection.find({}))
        else:
            versions = self._collection.find(since, {"version": True})
            rows = self._rows([row["_id"] for row in versions if self._versions.get(row["_id"], 0) < row["version"]])
        self._versions.update((row["_id"], row["version"]) for row in rows)
        self._seen_to = moment
        if look_at_all:
            self._looked_at_all = now
        return rows

    def start_over(self) -> None:
        """Forget what was seen: the next call gives all rows."""
        self._versions.clear()
        self._seen_to = None

    def _rows(self, ids: list[str]) -> list[dict[str, Any]]:
        if len(ids) > _FETCHED_ONE_BY_ONE:
            return list(self._collection.find({"_id": {"$in": ids}}))
        found = (self._collection.find_one({"_id": id_}) for id_ in ids)
        return [row for row in found if row is not None]
