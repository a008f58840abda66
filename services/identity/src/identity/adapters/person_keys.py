"""The keys of people in MongoDB, each wrapped in the master key. They are kept here and nowhere else."""

from __future__ import annotations

from typing import Any

from cachetools import FIFOCache
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.person_keys import MasterKeys, PersonKey

COLLECTION = "person_keys"
_CACHED = 10_000


class MongoPersonKeys:
    """Keys that were read are remembered, for they never change. Who remembers one that was destroyed has nothing left to read with it:
    a person's documents go before their key does.
    """

    def __init__(self, database: Database[dict[str, Any]], master: MasterKeys, *, seals_events: bool = True) -> None:
        self.seals_events = seals_events
        self._rows = database[COLLECTION]
        self._master = master
        self._known: FIFOCache[str, PersonKey] = FIFOCache(_CACHED)

    def of(self, user_id: str, session: ClientSession | None = None) -> PersonKey | None:
        """None where there never was one, or it was destroyed."""
        known = self._known.get(user_id)
        if known is None and (row := self._rows.find_one({"_id": user_id}, session=session)) is not None:
            known = self._master.unwrap(user_id, row["wrapped"])
            if session is None:  # what a transaction sees may be undone with it
                self._known[user_id] = known
        return known

    def made(self, user_id: str, session: ClientSession) -> PersonKey:
        """The person's key; a new one where there is none."""
        key = self.of(user_id, session)
        if key is None:
            key = PersonKey.new(user_id)
            self._rows.insert_one({"_id": user_id, "wrapped": self._master.wrap(key)}, session=session)
        return key

    def wrapped(self, user_id: str) -> str | None:
        row = self._rows.find_one({"_id": user_id})
        return str(row["wrapped"]) if row else None

    def destroy(self, user_id: str, session: ClientSession) -> None:
        self._rows.delete_one({"_id": user_id}, session=session)
        self._known.pop(user_id, None)
