"""Many greenlets work on one MongoClient while the server dies and comes back; prints what became of it as one line of JSON.

Run as a process of its own by test_pymongo_under_eventlet.py, because everything must be patched before it is imported.
Arguments: URL, database, greenlets, operations of each, a file that appears when the server is back after its outage.
"""

# ruff: noqa: E402
from __future__ import annotations

from chassis.green import eventlet

eventlet.monkey_patch()

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pymongo.errors import AutoReconnect, ConfigurationError, DuplicateKeyError, OperationFailure, ServerSelectionTimeoutError

from chassis.mongo import connect

_SLOWEST_A_SECOND = 120  # operations of all greenlets together, on a busy machine
_PATIENCE_S = 90.0  # and what so many operations take


@dataclass
class Seen:
    """What happened."""

    interruptions: list[int] = field(default_factory=list)  # of each greenlet
    well_again: set[int] = field(default_factory=set)  # greenlets that have succeeded after the outage
    well_again_at: float = 0.0
    longest_pause_s: float = 0.0  # of the hub
    streamed: list[str] = field(default_factory=list)
    stream_breaks: int = 0


class Stress:
    def __init__(self, url: str, database: str, greenlets: int, operations: int, back: str) -> None:
        self.client = connect(url)
        self.database = self.client[database]
        self.greenlets, self.operations, self.back = greenlets, operations, back
        self.is_back = False
        self.halfway = 0
        self.stopping = False
        self.patience_s = _PATIENCE_S + greenlets * operations / _SLOWEST_A_SECOND
        self.seen = Seen(interruptions=[0] * greenlets)
        for name in ("things", "pairs"):
            self.database.create_collection(name)

    def run(self) -> dict[str, Any]:
        eventlet.spawn(self.tick)
        resume = self.database["things"].watch([{"$match": {"operationType": "insert"}}])
        streaming = eventlet.spawn(self.stream, resume)
        eventlet.spawn(self.look_for_the_end_of_the_outage)
        pool = eventlet.GreenPool(self.greenlets)
        done = list(pool.imap(self.work, range(self.greenlets)))
        things = {str(row["_id"]) for row in self.database["things"].find()}
        with eventlet.Timeout(self.patience_s):
            while len(set(self.seen.streamed)) < len(things):
                eventlet.sleep(0.05)
        self.stopping = True
        streaming.kill()
        pairs = list(self.database["pairs"].aggregate([{"$group": {"_id": "$pair", "halves": {"$sum": 1}}}]))
        acknowledged = {f"{number}/{count}" for number, counts in enumerate(done) for count in range(counts)}
        return {
            "operations": sum(done),
            "lost": len(acknowledged - things),
            "unasked": len(things - acknowledged),
            "torn_pairs": sum(pair["halves"] != 2 for pair in pairs),
            "pairs": len(pairs),
            "most_interruptions": max(self.seen.interruptions),
            "well_again_at": self.seen.well_again_at,
            "streamed_twice": len(self.seen.streamed) - len(set(self.seen.streamed)),
            "not_streamed": len(things - set(self.seen.streamed)),
            "stream_breaks": self.seen.stream_breaks,
            "longest_pause_s": self.seen.longest_pause_s,
        }

    def work(self, number: int) -> int:
        """Go on at least until the server has been away and is back."""
        count = 0
        gives_up = time.monotonic() + self.patience_s
        while (count < self.operations or not self.is_back or number not in self.seen.well_again) and time.monotonic() < gives_up:
            self.until_done(number, partial(self.one, number, count))
            count += 1
            if count == self.operations // 2:
                self.halfway += 1
                if self.halfway == self.greenlets:
                    say("halfway")
        return count

    def until_done(self, number: int, operation: Any) -> None:
        while True:
            began_after = self.is_back
            try:
                operation()
            except AutoReconnect:
                if not any(self.seen.interruptions):
                    say("interrupted")
                self.seen.interruptions[number] += 1
                eventlet.sleep(0.05)
            except OperationFailure as error:
                if not error.has_error_label("TransientTransactionError"):
                    raise
                eventlet.sleep(0.01)
            else:
                if began_after and number not in self.seen.well_again:
                    self.seen.well_again.add(number)
                    self.seen.well_again_at = time.time()
                return

    def one(self, number: int, count: int) -> None:
        """An insert, a read, and every fifth time a transaction of two inserts."""
        name = f"{number}/{count}"
        with suppress(DuplicateKeyError):  # the attempt before had got through
            self.database["things"].insert_one({"_id": name, "by": number})
        found = self.database["things"].find_one({"_id": name})
        assert found is not None
        assert found["by"] == number, "an answer to another greenlet's question"
        if count % 5 == 0:
            # A duplicate was committed by the attempt before.
            with suppress(DuplicateKeyError), self.client.start_session() as session, session.start_transaction():
                for half in ("left", "right"):
                    self.database["pairs"].insert_one({"_id": f"{name}/{half}", "pair": name}, session=session)

    def stream(self, stream: Any) -> None:
        token = None
        while not self.stopping:
            try:
                with stream:
                    for change in stream:
                        token = change["_id"]
                        self.seen.streamed.append(str(change["documentKey"]["_id"]))
            except (AutoReconnect, OperationFailure):
                pass
            self.seen.stream_breaks += 1
            stream = self.open_again(token)

    def open_again(self, token: Any) -> Any:
        while True:
            try:
                return self.database["things"].watch([{"$match": {"operationType": "insert"}}], resume_after=token)
            except (AutoReconnect, OperationFailure):
                eventlet.sleep(0.05)

    def tick(self) -> None:
        """Notice when the hub does not come round."""
        last = time.monotonic()
        while True:
            eventlet.sleep(0.01)
            now = time.monotonic()
            self.seen.longest_pause_s = max(self.seen.longest_pause_s, now - last)
            last = now

    def look_for_the_end_of_the_outage(self) -> None:
        while not os.path.exists(self.back):
            eventlet.sleep(0.02)
        self.is_back = True


def how_long(url: str) -> dict[str, Any]:
    """Ask a server that cannot be found; how long that took, and the hub's longest pause meanwhile."""
    pauses, waiting = [0.0], True

    def tick() -> None:
        last = time.monotonic()
        while waiting:
            eventlet.sleep(0.01)
            pauses.append(time.monotonic() - last)
            last = time.monotonic()

    eventlet.spawn(tick)
    began = time.monotonic()
    client = connect(url)
    try:
        client.admin.command("ping")
        outcome = "answered"
    except (ServerSelectionTimeoutError, AutoReconnect, ConfigurationError) as error:
        outcome = type(error).__name__
    waiting = False
    client.close()
    return {"outcome": outcome, "took_s": time.monotonic() - began, "longest_pause_s": max(pauses)}


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201 - how a process reports


if __name__ == "__main__":
    if sys.argv[1] == "lost":
        say(json.dumps(how_long(sys.argv[2])))
    else:
        url, database, greenlets, operations, back = sys.argv[1:]
        say(json.dumps(Stress(url, database, int(greenlets), int(operations), back).run()))
