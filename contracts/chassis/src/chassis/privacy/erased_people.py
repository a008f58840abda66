"""Who was erased: one row a person in every service's database, for good, so that no old event brings anybody back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

COLLECTION = "erased_people"
# A handler that began before the row was there may write after the first sweep; the database ends transactions sooner than this.
_SECOND_SWEEP_AFTER = timedelta(seconds=60)
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=10)


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collection and its index. Idempotent."""
    database[COLLECTION].create_index("due_at", sparse=True)


class ErasedPeople:
    """In the transaction of a session, or outside one. A row holds ids and moments alone."""

    def __init__(self, database: Database[dict[str, Any]], session: ClientSession | None = None) -> None:
        self._rows = database[COLLECTION]
        self._session = session

    def has(self, user_id: str) -> bool:
        return self._rows.find_one({"_id": user_id}, {"_id": True}, session=self._session) is not None

    def note(self, user_id: str, deletion_id: str, at: datetime) -> None:
        """From now on nothing is to be kept of this person. Noting it again changes nothing."""
        row = {"_id": user_id, "deletion_id": deletion_id, "noted_at": at, "done_at": None, "due_at": at, "waits_for": []}
        if not self.has(user_id):
            self._rows.insert_one(row, session=self._session)

    def due(self, at: datetime, limit: int) -> list[dict[str, Any]]:
        """Whose data is to be swept now: the first time, and once more a minute after."""
        return list(self._rows.find({"due_at": {"$lte": at}}, sort=[("due_at", 1)], limit=limit, session=self._session))

    def waits(self, row: dict[str, Any], reasons: list[str], at: datetime) -> None:
        """It cannot be done yet, and this is why. Others come first: it is looked at again after as long as it has waited.

        Never sooner than another replica, which may have got further meanwhile, wants its second sweep.
        """
        again_at = at + min(max(at - row["noted_at"], _FIRST_PAUSE), _LONGEST_PAUSE)
        change = {"$set": {"waits_for": reasons}, "$max": {"due_at": again_at}}
        self._rows.update_one({"_id": row["_id"]}, change, session=self._session)

    def done(self, user_id: str, at: datetime) -> bool:
        """It is swept; whether that was the first time."""
        row = self._rows.find_one({"_id": user_id}, session=self._session)
        if row is None or "due_at" not in row:
            return False
        first = row["done_at"] is None
        change = {"$set": {"done_at": at, "due_at": at + _SECOND_SWEEP_AFTER, "waits_for": []}} if first else {"$unset": {"due_at": ""}}
        self._rows.update_one({"_id": user_id}, change, session=self._session)
        return first
