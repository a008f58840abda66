"""Serving one database: hold its lease, run a tenure, start again after whatever went wrong."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase
from pymongo.errors import PyMongoError

from chassis.broker_link import BrokerLost
from chassis.clock import Clock
from chassis.lease import LeaseLost, new_owner
from chassis.outbox import COLLECTION
from chassis.relay.broker import Broker, Publisher
from chassis.relay.confirms import Doubts
from chassis.relay.consumers import Consumers
from chassis.relay.leaseholder import RelayLease, acquire
from chassis.relay.metrics import Metrics
from chassis.relay.rows import OutboxRows, awaited_queues, connect
from chassis.relay.tenure import Row, Tenure

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0
_LONG_ENOUGH_SECONDS = 10.0  # what went well for so long starts again with the shortest pause
_DEPTH_SECONDS = 2.0
_EXPECTED = (PyMongoError, BrokerLost, LeaseLost)
_INSERTS: list[dict[str, Any]] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": True}}]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in an outbox: how many events, how many seconds the oldest has waited, and how many of them have no queue to go to."""

    depth: int
    oldest_s: float
    unroutable: int


async def _backlog(database: AsyncIOMotorDatabase[dict[str, Any]], clock: Clock) -> Backlog:
    # Named one by one: of a condition on them all the embedded server would not ask the index.
    either = {"$match": {"pending": {"$in": [True, *await awaited_queues(database[COLLECTION])]}}}
    parked = {"$cond": [{"$eq": ["$pending", True]}, 0, 1]}
    waiting = {"$group": {"_id": None, "depth": {"$sum": 1}, "since": {"$min": "$time"}, "unroutable": {"$sum": parked}}}
    async for found in database[COLLECTION].aggregate([either, waiting]):
        return Backlog(found["depth"], max(0.0, (clock.now() - found["since"]).total_seconds()), found["unroutable"])
    return Backlog(0, 0.0, 0)


class DatabaseRelay:
    """The relay of one database, alone or as one of several that stand by."""

    def __init__(
        self, name: str, url: str, broker: Broker, consumers: Mapping[str, tuple[str, ...]], metrics: Metrics, clock: Clock
    ) -> None:
        """`consumers`: by event type the queues that must stand before an event is sent."""
        self.name = name
        self.trouble: str | None = "starting"  # why it is not ready; None when all is well
        self._url = url
        self._owner = new_owner()
        self._doubts: Doubts = {}
        self._broker = broker
        self._consumers = consumers
        self._metrics = metrics
        self._clock = clock
        self._log = _log.bind(database=name)
        self._depth = metrics.depth.labels(name)
        self._oldest = metrics.oldest.labels(name)
        self._unroutable = metrics.unroutable.labels(name)
        self.backlog = Backlog(0, 0.0, 0)
        self._held = metrics.lease_held.labels(name)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`, through every outage of the database and the broker."""
        client = connect(self._url)
        database = client.get_default_database(default=self.name)
        pause = _FIRST_PAUSE_SECONDS
        measuring = asyncio.create_task(self._measure(database), name=f"measure {self.name}")
        try:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    await self._serve(database, stop)
                except* _EXPECTED as errors:
                    self.trouble = "; ".join(sorted({type(error).__name__ for error in _leaves(errors)}))
                    self._log.warning("relay_interrupted", reasons=[str(error)[:300] for error in _leaves(errors)])
                if time.monotonic() - began > _LONG_ENOUGH_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                await _sleep(random.uniform(pause / 2, pause), stop)  # noqa: S311 - jitter
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        finally:
            measuring.cancel()
            await asyncio.gather(measuring, return_exceptions=True)
            client.close()

    async def _serve(self, database: AsyncIOMotorDatabase[dict[str, Any]], stop: asyncio.Event) -> None:
        consumers = Consumers(self._consumers, self._broker.channel)
        publisher = Publisher(self._broker, await self._broker.channel(), consumers, self.name, self._metrics, self._doubts)
        try:
            lease = await self._acquired(database, publisher, stop)
            if lease is None:
                return
            try:
                await self._relay(database, publisher, lease, stop)
            finally:
                self._held.set(0)
                await lease.release()
        finally:
            await publisher.close()

    async def _acquired(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], publisher: Publisher, stop: asyncio.Event
    ) -> RelayLease | None:
        await database.command("ping")
        self.trouble = None
        acquiring = asyncio.ensure_future(acquire(database, self._owner))
        await _first(acquiring, publisher.lost(), stop.wait())
        if not acquiring.done() or acquiring.cancelled():
            return None
        self._log.info("relay_lease_acquired")
        return acquiring.result()

    async def _relay(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], publisher: Publisher, lease: RelayLease, stop: asyncio.Event
    ) -> None:
        self._held.set(1)
        lag, refused = self._metrics.lag.labels(self.name), self._metrics.refused.labels(self.name)

        def observe(row: Row) -> None:
            lag.observe(max(0.0, (self._clock.now() - row["time"]).total_seconds()))

        wake = asyncio.Event()
        tenure = Tenure(OutboxRows(database, lease, self._clock), publisher, lease, wake, observe, lambda _: refused.inc())
        async with asyncio.TaskGroup() as tasks:
            companions: list[Coroutine[Any, Any, None]] = [
                publisher.lost(),
                lease.keep(),
                self._watch(database, wake),
            ]
            running = [tasks.create_task(companion) for companion in companions]
            await tenure.run(stop)
            for task in running:
                task.cancel()

    async def _watch(self, database: AsyncIOMotorDatabase[dict[str, Any]], wake: asyncio.Event) -> None:
        """Wake the tenure at each insert. Only a shortcut: while the stream is broken, polling finds the rows."""
        while True:
            try:
                async with database[COLLECTION].watch(_INSERTS) as stream:
                    wake.set()
                    async for _ in stream:
                        wake.set()
            except PyMongoError as error:
                self._log.info("relay_change_stream_broken", reason=str(error)[:300])
            await asyncio.sleep(1)

    async def _measure(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        """How much waits, and for how long: also while the broker is away, and by a relay that only stands by."""
        while True:
            began = time.monotonic()
            with suppress(PyMongoError):
                self.backlog = await _backlog(database, self._clock)
                self._depth.set(self.backlog.depth)
                self._oldest.set(self.backlog.oldest_s)
                self._unroutable.set(self.backlog.unroutable)
            # A long backlog takes long to look through: that must not keep the database busy.
            await asyncio.sleep(max(_DEPTH_SECONDS, 10 * (time.monotonic() - began)))


async def _first(*awaitables: Any) -> None:
    """Wait for the first of these, cancel the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    if stop.is_set():
        return
    await asyncio.wait([asyncio.ensure_future(stop.wait())], timeout=seconds)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves.extend(_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    return leaves
