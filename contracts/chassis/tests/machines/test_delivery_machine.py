"""Outbox, relay and inbox as one machine: whatever is lost, doubled, overtaken or killed, each fact has its effect once and in order."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn

import pytest
from aio_pika.exceptions import DeliveryError
from aiormq import spec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from memory_mongo import memory_store

from chassis import crash_points, mongo
from chassis.broker_link import BrokerLost
from chassis.clock import FixedClock
from chassis.context import AlreadyHandled, AnsweredBefore, Call, Delivery, current_call, current_delivery
from chassis.mongo import MongoUnitOfWork, retrying
from chassis.relay import tenure
from chassis.relay.tenure import NoQueue, Row, Tenure
from chassis.retry import NotYet
from contracts.base import Done, Event

COMMAND_POINTS = [
    "outbox.numbers_taken",
    "outbox.rows_written",
    "unit_of_work.written",
    "unit_of_work.committed",
    "idempotency.answer_written",
]
HANDLER_POINTS = ["inbox.record_written", "unit_of_work.written", "unit_of_work.committed"]
RELAY_POINTS = [
    "relay.rows_fetched",
    "relay.event_confirmed",
    "relay.event_confirmed:3",
    "relay.events_parked",
    "relay.events_parked:2",
    "relay.events_unparked",
]
SUBJECTS = ["a", "b", "c"]
MOST_TURNS = 5_000  # of the event loop, for one relay: far more than its backlog takes


class Counted(Event):
    source: ClassVar[str] = "counter"
    subject_field: ClassVar[str] = "name"

    name: str


class Killed(BaseException):
    """kill -9: nothing of the process runs after it."""


def kill() -> NoReturn:
    raise Killed


class Broker:
    """Queues keep what was published; a publish goes wrong as the next fault says. Of one subject nobody has a queue, or of none."""

    def __init__(self, queue: list[Row], faults: list[str], without: str | None) -> None:
        self._queue = queue
        self._faults = iter(faults)
        self._without = without

    async def stands(self, queue: str) -> bool:
        await asyncio.sleep(0)
        return queue != self._without

    async def publish(self, row: Row) -> None:
        await asyncio.sleep(0)
        if row["subject"] == self._without:
            raise NoQueue(row["subject"])
        fault = next(self._faults, "none")
        if fault == "no queue":
            raise NoQueue("one that has come back since")
        if fault == "refused":
            raise DeliveryError(None, spec.Basic.Nack())
        if fault != "lost":
            self._queue.append(dict(row))
        if fault in ("lost", "confirm lost"):
            raise BrokerLost(fault)


class Lease:
    def check(self) -> None: ...


class Rows:
    """The outbox, in an order of its own."""

    def __init__(self, machine: DeliveryMachine, seed: int) -> None:
        self._outbox = machine.store.database["outbox"]
        self._machine = machine
        self._random = random.Random(seed)

    async def pending(self, limit: int) -> list[Row]:
        await asyncio.sleep(0)
        rows = self._outbox.find({"pending": True})
        self._random.shuffle(rows)
        return rows[:limit]

    async def by_key(self, key: str) -> Row | None:
        await asyncio.sleep(0)
        return self._outbox.find_one({"key": key})

    async def mark_sent(self, rows: list[Row]) -> None:
        await asyncio.sleep(0)
        for row in rows:
            self._outbox.update_one({"_id": row["_id"]}, {"$unset": {"pending": ""}})

    async def park(self, rows: list[Row], queue: str) -> None:
        """A statement of many rows is none of one piece: what else is done comes in between."""
        for row in rows:
            await asyncio.sleep(0)
            self._outbox.update_one({"_id": row["_id"], "pending": True}, {"$set": {"pending": queue}})

    async def parked(self) -> list[str]:
        await asyncio.sleep(0)
        return sorted({row["pending"] for row in self._machine.waiting()} - {True})

    async def unpark(self, queue: str) -> bool:
        rows = self._outbox.find({"pending": queue})
        self._random.shuffle(rows)
        for row in rows[:2]:
            await asyncio.sleep(0)
            self._outbox.update_one({"_id": row["_id"], "pending": queue}, {"$set": {"pending": True}})
        return bool(rows)


class DeliveryMachine(RuleBasedStateMachine):
    """Commands commit facts, relays come and go, handlers take what lies in the queue, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(mongo.time, "sleep", lambda _: None)
        self.patch.setattr(tenure, "_FIRST_PAUSE_SECONDS", 0.0)
        self.patch.setattr(tenure, "POLL_SECONDS", 0.0)
        self.patch.setattr(tenure, "_PARKED_SECONDS", 0.0)
        self.patch.setattr(tenure, "_DRAIN_SECONDS", 0.05)
        self.patch.setattr(tenure, "BATCH", 3)

    @initialize()
    def nothing_has_happened(self) -> None:
        self.store, self.client = memory_store(FixedClock(datetime(2026, 3, 1, tzinfo=UTC)))
        self.facts: defaultdict[str, int] = defaultdict(int)
        self.queue: list[Row] = []
        self.published: list[Row] = []
        self.commands = 0

    # -- a client asks, and asks again with its key until it has an answer

    @rule(
        subject=st.sampled_from(SUBJECTS),
        count=st.integers(1, 3),
        crash_at=st.sampled_from([None, *COMMAND_POINTS]),
        faults=st.lists(st.sampled_from(["none", "conflict", "unknown"]), max_size=3),
    )
    def command(self, subject: str, count: int, crash_at: str | None, faults: list[str]) -> None:
        self.commands += 1
        call = Call("counter", "count", "user", "request", f"key-{self.commands}", "body", None)
        self.client.commit_faults = iter(faults)
        try:
            self._process(crash_at, lambda: self._count(call, subject, count))
        except Killed:
            self._process(None, lambda: self._count(call, subject, count))
        self.facts[subject] += count

    def _count(self, call: Call, subject: str, count: int) -> None:
        token = current_call.set(call)
        try:
            retrying(lambda: self._commit(subject, count))
        except AnsweredBefore:
            pass
        finally:
            current_call.reset(token)

    def _commit(self, subject: str, count: int) -> None:
        with MongoUnitOfWork(self.store) as work:
            for _ in range(count):
                work.emit(Counted(name=subject))
            work.answer(Done())

    # -- a relay serves until nothing waits, the broker breaks, or it is killed

    @rule(
        crash_at=st.sampled_from([None, *RELAY_POINTS]),
        faults=st.lists(st.sampled_from(["none", "none", "lost", "confirm lost", "refused", "no queue"]), max_size=6),
        without=st.sampled_from([None, None, *SUBJECTS]),
        seed=st.integers(0, 2**16),
    )
    def relay(self, crash_at: str | None, faults: list[str], without: str | None, seed: int) -> None:
        before = len(self.queue)
        try:
            self._process(crash_at, lambda: asyncio.run(self._tenure(faults, without, seed)))
        except* (Killed, BrokerLost):
            pass
        self.published += self.queue[before:]

    async def _tenure(self, faults: list[str], without: str | None, seed: int) -> None:
        stop = asyncio.Event()
        serving = Tenure(Rows(self, seed), Broker(self.queue, faults, without), Lease(), asyncio.Event())

        async def stop_when_empty() -> None:
            for _ in range(MOST_TURNS):  # rows in memory send no signal; one that is never published is told of in the end
                if all(row["pending"] == without for row in self.waiting()):
                    break
                await asyncio.sleep(0)
            stop.set()

        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(stop_when_empty())
            try:
                await serving.run(stop)
            finally:
                watching.cancel()

    @precondition(lambda self: self.published)
    @rule(place=st.integers(0, 2**16))
    def a_relay_that_slept_publishes_once_more(self, place: int) -> None:
        """It was past its check when it lost the lease."""
        self.queue.append(self.published[place % len(self.published)])

    @precondition(lambda self: self.waiting())
    @rule(places=st.lists(st.integers(0, 2**16), min_size=1, max_size=3))
    def a_relay_that_slept_parks_late(self, places: list[int]) -> None:
        for place in places:
            row = self.waiting()[place % len(self.waiting())]
            self.store.database["outbox"].update_one({"_id": row["_id"], "pending": True}, {"$set": {"pending": "a"}})

    # -- a consumer takes any message of the queue

    @precondition(lambda self: self.queue)
    @rule(
        place=st.integers(0, 2**16),
        crash_at=st.sampled_from([None, None, *HANDLER_POINTS]),
        ack_lost=st.booleans(),
        faults=st.lists(st.sampled_from(["none", "conflict", "unknown"]), max_size=2),
    )
    def deliver(self, place: int, crash_at: str | None, ack_lost: bool, faults: list[str]) -> None:
        self.client.commit_faults = iter(faults)
        message = self.queue[place % len(self.queue)]
        try:
            self._process(crash_at, lambda: self._handle(message))
        except (Killed, NotYet):
            return
        if not ack_lost:
            self.queue.remove(message)

    def _handle(self, message: Row) -> None:
        delivery = Delivery(message["_id"], message["type"], "reader.on_counted", message["subject"], message["sequence"])
        token = current_delivery.set(delivery)
        try:
            retrying(lambda: self._apply(delivery))
        except AlreadyHandled:
            pass
        finally:
            current_delivery.reset(token)

    def _apply(self, delivery: Delivery) -> None:
        """A consumer that keeps state: what is early waits, what is old changes nothing."""
        with MongoUnitOfWork(self.store) as work:
            states, effects = self.store.database["states"], self.store.database["effects"]
            state = states.find_one({"_id": delivery.subject}, session=work._session)
            if state is None:
                state = {"_id": delivery.subject, "last": 0}
                states.insert_one(state, session=work._session)
            if self.out_of_turn(delivery.sequence, state["last"]):
                raise NotYet(f"{delivery.sequence} after {state['last']}")
            states.update_one({"_id": delivery.subject}, {"$set": {"last": delivery.sequence}}, session=work._session)
            done = len(effects.find({"subject": delivery.subject}, session=work._session))
            effect = {"_id": f"{delivery.subject}{done}", "subject": delivery.subject, "sequence": delivery.sequence}
            effects.insert_one(effect, session=work._session)

    def out_of_turn(self, sequence: int, last: int) -> bool:
        return sequence != last + 1

    # -- the promises

    @invariant()
    def each_fact_is_written_once_without_a_gap(self) -> None:
        rows = self.store.database["outbox"].find({})
        written = {name: sorted(row["sequence"] for row in rows if row["subject"] == name) for name in SUBJECTS}
        assert written == {name: list(range(1, self.facts[name] + 1)) for name in SUBJECTS}

    @invariant()
    def effects_come_once_and_in_order(self) -> None:
        for name in SUBJECTS:
            sequences = self.effects(name)
            assert sequences == list(range(1, len(sequences) + 1))

    @invariant()
    def each_subject_comes_to_the_broker_in_order(self) -> None:
        """What is published once more has been there before."""
        for name in SUBJECTS:
            came = list(dict.fromkeys(row["sequence"] for row in self.published if row["subject"] == name))
            assert came == sorted(came)

    @invariant()
    def what_counts_as_sent_is_with_the_broker(self) -> None:
        known = {row["_id"] for row in self.published}
        assert {row["_id"] for row in self.store.database["outbox"].find({}) if "pending" not in row} <= known

    def teardown(self) -> None:
        """When all faults are over, every fact has had its effect."""
        try:
            if hasattr(self, "store"):
                self.relay(crash_at=None, faults=[], without=None, seed=0)
                assert self.waiting() == []
                for _ in range(sum(self.facts.values()) + 1):
                    for place in reversed(range(len(self.queue))):
                        self.deliver(place=place, crash_at=None, ack_lost=False, faults=[])
                assert self.queue == []
                assert {name: self.effects(name) for name in SUBJECTS} == {name: list(range(1, self.facts[name] + 1)) for name in SUBJECTS}
        finally:
            self.patch.undo()

    def effects(self, subject: str) -> list[int]:
        return [row["sequence"] for row in self.store.database["effects"].find({"subject": subject})]

    def waiting(self) -> list[Row]:
        return [row for row in self.store.database["outbox"].find({}) if "pending" in row]

    def _process(self, crash_at: str | None, work: Callable[[], Any]) -> None:
        crash_points.arm(crash_at, kill)
        try:
            work()
        finally:
            crash_points.arm(None)


TestDelivery = DeliveryMachine.TestCase
TestDelivery.settings = settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True, print_blob=False)
