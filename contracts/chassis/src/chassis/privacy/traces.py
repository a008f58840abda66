"""What the machinery of a service remembers of a person: sent events, kept answers, dead letters. An id in the text tells whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pymongo.database import Database

from chassis import idempotency, outbox
from chassis.dead_letters import letters
from contracts.admin.views import LetterStatus
from contracts.identity.events import PersonDeletionStarted
from contracts.privacy.events import PersonDataErased

ABOUT_ERASING = (PersonDeletionStarted.type(), PersonDataErased.type())
_BATCH = 500
Row = dict[str, Any]


def forget(database: Database[Row], user_id: str, at: datetime) -> dict[str, int]:
    """Empty whatever mentions the person; how much it was, by collection. Safe to do again.

    Reads all that is kept of the last days, which is the price of keeping no index of who is mentioned where.
    """
    return {
        "outbox": _events(database, user_id),
        "idempotency": _answers(database, user_id),
        "dead_letters": _letters(database, user_id, at),
    }


def waits_to_be_sent(database: Database[Row], user_id: str) -> bool:
    """Whether an event that mentions the person is still on its way out."""
    return any(_mentions(row.get("body"), user_id) for row in database[outbox.COLLECTION].find(outbox.WAITING, {"body": True}))


def _events(database: Database[Row], user_id: str) -> int:
    rows = database[outbox.COLLECTION]
    sent = rows.find({"sent_at": {"$exists": True}, "body": {"$exists": True}}, {"body": True}, batch_size=_BATCH)
    return sum(rows.update_many({"_id": {"$in": ids}}, {"$unset": {"body": ""}}).modified_count for ids in _batches(sent, "body", user_id))


def _answers(database: Database[Row], user_id: str) -> int:
    rows = database[idempotency.COLLECTION]
    found = rows.find({}, {"answer": True}, batch_size=_BATCH)
    return sum(rows.delete_many({"_id": {"$in": ids}}).deleted_count for ids in _batches(found, "answer", user_id))


def _letters(database: Database[Row], user_id: str, at: datetime) -> int:
    rows = database[letters.COLLECTION]
    found = rows.find({"event_type": {"$nin": list(ABOUT_ERASING)}, "body": {"$exists": True}}, {"body": True}, batch_size=_BATCH)
    emptied = {
        "$set": {"status": LetterStatus.DISCARDED.value, "closed_at": at, "reason": "the person it tells of was erased", "error": "erased"},
        "$unset": {"body": "", "traceback": ""},
    }
    return sum(rows.update_many({"_id": {"$in": ids}}, emptied).modified_count for ids in _batches(found, "body", user_id))


def _batches(rows: Any, field: str, user_id: str) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        if _mentions(row.get(field), user_id) or str(row["_id"]).startswith(user_id):
            batch.append(row["_id"])
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _mentions(body: Any, user_id: str) -> bool:
    if isinstance(body, str):
        return user_id in body
    return body is not None and user_id.encode() in bytes(body)
