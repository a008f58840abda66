"""The dead letters of a service in its database: one for each event and handler, whatever is delivered, sent or asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from bson import Binary
from pymongo import ASCENDING
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.dead_letters.letter import Letter, is_secret
from contracts.admin.views import LetterStatus

COLLECTION = "dead_letters"
CLOSED_KEPT_SECONDS = 90 * 24 * 3600
_WAITING, _REPLAYING, _REPLAYED, _DISCARDED = (status.value for status in LetterStatus)
_IN_ORDER = [("queue", ASCENDING), ("subject", ASCENDING), ("sequence", ASCENDING), ("_id", ASCENDING)]


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collection and its indexes. Idempotent."""
    letters = database[COLLECTION]
    letters.create_index("key", unique=True)
    letters.create_index([("status", ASCENDING), ("_id", ASCENDING)])
    letters.create_index([("status", ASCENDING), *_IN_ORDER])
    letters.create_index("closed_at", expireAfterSeconds=CLOSED_KEPT_SECONDS)


class Letters:
    """Reads, and in the transaction of a session writes."""

    def __init__(self, database: Database[dict[str, Any]], session: ClientSession | None = None) -> None:
        self._letters = database[COLLECTION]
        self._session = session

    def collect(self, letter: Letter, new_id: Callable[[str], str]) -> bool:
        """Keep a letter that came out of the broker; whether an event died that was not known to wait.

        It may come twice: the process ended before the broker knew it was kept. A message of an earlier replay than the last
        is no news, nor is one of an event that was discarded.
        """
        letter = {**letter, "body": Binary(letter["body"])}
        try:
            self._letters.insert_one({**letter, "_id": new_id("letter")})
        except DuplicateKeyError:
            told = {name: value for name, value in letter.items() if name not in ("key", "replays", "first_failed_at")}
            before = self._letters.find_one_and_update(
                {"key": letter["key"], "replays": letter["replays"], "status": {"$ne": _DISCARDED}},
                {"$set": told, "$unset": {"closed_at": ""}, "$min": {"first_failed_at": letter["first_failed_at"]}},
                projection={"status": True},
            )
            return before is not None and before["status"] != _WAITING
        return True

    def get(self, letter_id: str) -> Letter | None:
        return self._letters.find_one({"_id": letter_id}, session=self._session)

    def page(self, status: LetterStatus, queue: str | None, after: str | None, limit: int) -> tuple[list[Letter], str | None]:
        """The oldest behind `after`, and the id to go on from."""
        query: dict[str, Any] = {"status": status.value}
        if queue is not None:
            query["queue"] = queue
        if after is not None:
            query["_id"] = {"$gt": after}
        found = list(self._letters.find(query, {"body": False, "traceback": False}, sort=[("_id", ASCENDING)], limit=limit + 1))
        return found[:limit], found[limit - 1]["_id"] if len(found) > limit else None

    def waiting(self, queue: str, subject: str | None = None, limit: int = 0) -> list[str]:
        """The ids of what waits in a queue, or there for an aggregate, in the order in which it must be handled."""
        query = {"status": _WAITING, "queue": queue, **({} if subject is None else {"subject": subject})}
        return [row["_id"] for row in self._letters.find(query, {"_id": True}, sort=_IN_ORDER, limit=limit, session=self._session)]

    def begin_replay(self, ids: Iterable[str]) -> None:
        """From now on these are to be sent again."""
        self._letters.update_many(
            {"_id": {"$in": list(ids)}, "status": _WAITING}, {"$set": {"status": _REPLAYING}, "$inc": {"replays": 1}}, session=self._session
        )

    def to_send(self, limit: int) -> list[Letter]:
        """What is to be sent again, in order."""
        return list(self._letters.find({"status": _REPLAYING}, sort=_IN_ORDER, limit=limit))

    def sent(self, letter: Letter, at: datetime) -> None:
        """The broker has it again. Does nothing where it has died once more in the meantime."""
        forgotten = {"$unset": {"body": ""}} if is_secret(letter) else {}
        self._letters.update_one(
            {"_id": letter["_id"], "status": _REPLAYING, "replays": letter["replays"]},
            {"$set": {"status": _REPLAYED, "closed_at": at}, **forgotten},
        )

    def discard(self, letter: Letter, reason: str, at: datetime) -> None:
        forgotten = {"$unset": {"body": ""}} if is_secret(letter) else {}
        self._letters.update_one(
            {"_id": letter["_id"]},
            {"$set": {"status": _DISCARDED, "closed_at": at, "reason": reason}, **forgotten},
            session=self._session,
        )

    def measured(self) -> dict[str, tuple[int, datetime]]:
        """By queue how many wait, and since when the oldest does."""
        rows = self._letters.aggregate(
            [
                {"$match": {"status": _WAITING}},
                {"$group": {"_id": "$queue", "count": {"$sum": 1}, "since": {"$min": "$last_failed_at"}}},
            ]
        )
        return {row["_id"]: (row["count"], row["since"]) for row in rows}
