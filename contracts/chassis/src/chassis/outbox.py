"""The outbox: events are written in the transaction of the state they tell of, and published from there by the relay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import orjson
from opentelemetry import propagate
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.clock import Clock
from chassis.crash_points import declare, reached
from contracts.base import Event

COLLECTION = "outbox"
SEQUENCES = "outbox_sequences"
SENT_KEPT_SECONDS = 7 * 24 * 3600
WAITING = {"pending": {"$exists": True}}  # the rows not sent yet, whether they are to be sent (True) or wait for a queue (its name)

declare(
    {
        "outbox.numbers_taken": "the counters of the subjects are raised in the transaction, no event is written",
        "outbox.rows_written": "state and events are in the transaction, nothing is committed",
    }
)


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collections and their indexes. Idempotent."""
    outbox = database[COLLECTION]
    outbox.create_index("pending", sparse=True)  # holds the backlog alone: a sent row has no such field
    outbox.create_index("key", unique=True)
    outbox.create_index("sent_at", expireAfterSeconds=SENT_KEPT_SECONDS)
    if SEQUENCES not in database.list_collection_names():
        database.create_collection(SEQUENCES)


def lane(source: str, subject: str) -> str:
    """Events of one lane keep their order."""
    return f"{source}/{subject}"


def row_key(source: str, subject: str, sequence: int) -> str:
    """The unique key of a row, by which the relay finds the predecessor of an event."""
    return f"{lane(source, subject)}/{sequence}"


class Outbox:
    """The events of one transaction: collected while it runs, written when it is about to commit."""

    def __init__(self, database: Database[dict[str, Any]], session: ClientSession, clock: Clock, new_id: Callable[[str], str]) -> None:
        self._database = database
        self._session = session
        self._clock = clock
        self._new_id = new_id
        self._rows: list[dict[str, Any]] = []

    def add(self, event: Event) -> None:
        """Collect an event.

        Raises:
            pydantic.ValidationError: what would go on the wire does not fit the event's own schema.
        """
        body = orjson.dumps(event.model_dump(mode="json"))
        type(event).model_validate_json(body, strict=True)
        trace: dict[str, str] = {}
        propagate.inject(trace)
        self._rows.append(
            {
                "_id": self._new_id("event"),
                "source": event.source,
                "type": event.type(),
                "subject": event.subject,
                "time": self._clock.now(),
                "dataschema": event.dataschema(),
                "traceparent": trace.get("traceparent"),
                "body": body,
                "public": event.for_partners(),
                "secret": event.secret,
                "pending": True,
            }
        )

    def write(self) -> None:
        """Number the events, gap-free by subject, and write them in the transaction.

        The counter is read and written by `_id`: of two transactions on one subject one has a write conflict and runs
        again, so that a number is visible only after all numbers before it.
        """
        by_lane: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._rows:
            by_lane[lane(row["source"], row["subject"])].append(row)
        for name, rows in by_lane.items():
            last = self._take_numbers(name, len(rows))
            for sequence, row in enumerate(rows, start=last + 1):
                row["sequence"] = sequence
                row["key"] = row_key(row["source"], row["subject"], sequence)
        if self._rows:
            reached("outbox.numbers_taken")
            self._database[COLLECTION].insert_many(self._rows, session=self._session)
            reached("outbox.rows_written")
            self._rows = []

    def _take_numbers(self, lane_name: str, count: int) -> int:
        """The last number taken before; `count` more are taken now."""
        sequences = self._database[SEQUENCES]
        counter = sequences.find_one({"_id": lane_name}, session=self._session)
        if counter is None:
            sequences.insert_one({"_id": lane_name, "sequence": count}, session=self._session)
            return 0
        last = int(counter["sequence"])
        sequences.update_one({"_id": lane_name}, {"$set": {"sequence": last + count}}, session=self._session)
        return last
