"""The inbox: which handler has handled which event, written in the handler's own transaction."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.context import AlreadyHandled, Delivery
from chassis.crash_points import declare, reached

COLLECTION = "inbox"
KEPT_SECONDS = 30 * 24 * 3600  # longer than any redelivery: the retry tiers end within hours, dead letters are replayed within weeks

declare({"inbox.record_written": "the inbox record is in the transaction, the handler has not begun"})

# The delivery that a unit of work of this context has taken. It is compared by identity: each delivery is an object of its own.
_taken: ContextVar[Delivery | None] = ContextVar("taken_delivery", default=None)


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collection and its index. Idempotent."""
    database[COLLECTION].create_index("handled_at", expireAfterSeconds=KEPT_SECONDS)


def take(database: Database[dict[str, Any]], session: ClientSession, delivery: Delivery, at: datetime) -> None:
    """Record in this transaction that the delivery is handled.

    Raises:
        AlreadyHandled: it was before.
        RuntimeError: another unit of work took it: the second one's effects would not be bound to the inbox record.
    """
    if _taken.get() is delivery:
        raise RuntimeError(f"{delivery.handler} opened a second unit of work: an event handler has exactly one")
    record = {"_id": f"{delivery.handler}/{delivery.event_id}", "type": delivery.event_type, "handled_at": at}
    try:
        database[COLLECTION].insert_one(record, session=session)
    except DuplicateKeyError as error:
        raise AlreadyHandled from error
    _taken.set(delivery)
    reached("inbox.record_written")


def hand_back() -> None:
    """The transaction that took the delivery was aborted: another attempt may take it."""
    _taken.set(None)
