"""What a relay does while it holds the lease on an outbox: fetch, publish in order by subject, mark sent."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from typing import Any, Protocol

import structlog
from aio_pika.exceptions import DeliveryError

from chassis.crash_points import declare, reached
from chassis.outbox import lane, row_key

POLL_SECONDS = 0.5
WINDOW = 400  # publishes that wait for their confirm
BATCH = 1_000  # rows fetched at a time
_ROWS_MARKED_AT_ONCE = 500
_MOST_HELD = 20_000  # rows kept in memory for lanes that the broker refuses: those without a queue are parked, not held
_PARKED_SECONDS = 0.5  # between two looks for the queues that parked rows wait for
_REMEMBERED_LANES = 50_000  # far more than can be confirmed and not yet marked
_DRAIN_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

Row = dict[str, Any]
_log = structlog.get_logger(__name__)

declare(
    {
        "relay.rows_fetched": "waiting rows are in memory, none is published",
        "relay.event_confirmed": "the broker has the event, its row still waits",
        "relay.events_parked": "rows wait in the database for a queue, this relay still has them in memory",
        "relay.events_unparked": "some of the rows that waited for a queue are to be sent again, others still wait for it",
        "relay.drained": "asked to stop: all that was published is marked, the lease is held",
    }
)


class NoQueue(Exception):
    """A declared consumer of the event has no queue yet: the event must wait for it."""

    def __init__(self, queue: str) -> None:
        super().__init__(queue)
        self.queue = queue


class Unconfirmed(Exception):
    """The broker answers, but says nothing about events of this type: the event is to be published again later."""


class NotItsOwn(Exception):
    """The event is not one that the service of this outbox may tell: it stays where it is, for a person to look at."""


class Outbox(Protocol):
    """The rows, as one holder of the lease sees them. `pending` of a row: True, or the queue it is parked for; a sent one has none."""

    async def pending(self, limit: int) -> list[Row]: ...
    async def by_key(self, key: str) -> Row | None: ...
    async def mark_sent(self, rows: list[Row]) -> None: ...
    async def park(self, rows: list[Row], queue: str) -> None: ...
    async def parked(self) -> list[str]: ...
    async def unpark(self, queue: str) -> bool: ...


class Events(Protocol):
    """Where events go to."""

    async def publish(self, row: Row) -> None: ...
    async def stands(self, queue: str) -> bool: ...


class Lease(Protocol):
    """The right to do all this."""

    def check(self) -> None: ...


class Tenure:
    """From getting the lease to losing it. Any error ends it: the next tenure starts from what the database says.

    A lane is the events of one subject: one is in flight, the next follows when the broker has confirmed it. Lanes run side by side.
    """

    def __init__(
        self,
        outbox: Outbox,
        events: Events,
        lease: Lease,
        wake: asyncio.Event,
        on_confirmed: Callable[[Row], None] = lambda _: None,
        on_refused: Callable[[Row], None] = lambda _: None,
    ) -> None:
        """`wake` tells of new rows; without it they are seen half a second later."""
        self._outbox = outbox
        self._events = events
        self._lease = lease
        self._wake = wake
        self._on_confirmed = on_confirmed
        self._on_refused = on_refused
        self._stopping = False
        self._window = asyncio.Semaphore(WINDOW)
        self._lanes: dict[str, list[tuple[int, str, Row]]] = {}  # heaps by sequence
        self._lane_tasks: set[asyncio.Task[None]] = set()
        self._refused: set[str] = set()  # lanes that wait because the broker refused their event
        self._known: set[str] = set()  # fetched and not yet forgotten: may still look pending in the database
        self._settled: set[str] = set()  # of these, marked sent or parked: forgotten before the next fetch, never during one
        self._last_confirmed: OrderedDict[str, int] = OrderedDict()
        self._confirmed: deque[Row] = deque()
        self._unmarked = 0  # confirmed, and not yet marked
        self._to_mark = asyncio.Event()
        self._to_park: defaultdict[str, list[Row]] = defaultdict(list)  # by the queue they wait for
        self._parking = asyncio.Lock()
        self._progress = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then let what is in flight be confirmed and marked.

        Raises:
            ExceptionGroup: of what went wrong (LeaseLost, BrokerLost, PyMongoError).
        """
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            marking = tasks.create_task(self._mark())
            announcing = tasks.create_task(self._announce(stop))
            unparking = tasks.create_task(self._unpark())
            await self._feed(stop)
            self._stopping = True
            with suppress(TimeoutError):
                async with asyncio.timeout(_DRAIN_SECONDS):
                    await self._until(lambda: not self._lanes and not self._unmarked)
            reached("relay.drained")
            for task in (marking, announcing, unparking, *self._lane_tasks):
                task.cancel()

    async def _feed(self, stop: asyncio.Event) -> None:
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._wake.clear()
                if await self._fetch():
                    await self._until(lambda: self._has_room() or stop.is_set())
                else:
                    woken = asyncio.ensure_future(self._wake.wait())
                    await asyncio.wait({woken, stopped}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                    woken.cancel()
        finally:
            stopped.cancel()

    async def _announce(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._progress.set()

    def _has_room(self) -> bool:
        """Whether to fetch more. What waits in refused lanes does not count, so that it holds up nothing else."""
        held = sum(len(self._lanes[name]) + 1 for name in self._refused)
        return len(self._known) - len(self._settled) - min(held, _MOST_HELD) <= BATCH // 2

    async def _fetch(self) -> bool:
        """Hand new rows to their lanes; tells whether there may be more."""
        self._known -= self._settled
        self._settled.clear()
        limit = len(self._known) + BATCH
        rows = await self._outbox.pending(limit)
        if rows:
            reached("relay.rows_fetched")
        for row in rows:
            self._enqueue(row)
        return len(rows) == limit

    def _enqueue(self, row: Row) -> None:
        if row["_id"] in self._known:
            return
        self._known.add(row["_id"])
        name = lane(row["source"], row["subject"])
        if name not in self._lanes:
            self._lanes[name] = []
            task = self._tasks.create_task(self._run_lane(name))
            self._lane_tasks.add(task)
            task.add_done_callback(self._lane_tasks.discard)
        heappush(self._lanes[name], (row["sequence"], row["_id"], row))

    async def _run_lane(self, name: str) -> None:
        queue = self._lanes[name]
        while queue and not self._stopping:
            entry = heappop(queue)
            sequence, event_id, row = entry
            if sequence <= self._last_confirmed.get(name, 0):
                self._settled.add(event_id)
                continue
            waiting = await self._waiting_predecessor(name, row)
            if waiting is not None:
                heappush(queue, entry)
                if waiting["pending"] is not True:
                    await self._park(name, waiting["pending"])
                    continue
                self._settled.discard(waiting["_id"])  # it was parked for a while
                self._known.add(waiting["_id"])
                heappush(queue, (sequence - 1, waiting["_id"], waiting))
                continue
            try:
                published = await self._publish(name, row)
            except NoQueue as missing:
                heappush(queue, entry)
                await self._park(name, missing.queue)
                continue
            if published:
                reached("relay.event_confirmed")
                self._last_confirmed[name] = sequence
                self._last_confirmed.move_to_end(name)
                self._confirmed.append(row)
                self._unmarked += 1
                self._to_mark.set()
        del self._lanes[name]
        self._progress.set()

    async def _park(self, name: str, queue: str) -> None:
        """Leave the rows of this lane to the database until the queue stands; those that come meanwhile find one before them parked.

        To park is never wrong, whenever it is written and by whom: a parked row counts as waiting, for what follows it as for `_unpark`.
        """
        self._refused.discard(name)
        self._to_park[queue] += [row for _, _, row in self._lanes[name]]
        self._lanes[name].clear()
        async with self._parking:  # who had to wait finds the own rows parked, by the first of those who did
            if rows := self._to_park.pop(queue, []):
                await self._outbox.park(rows, queue)
                reached("relay.events_parked")
                self._settled.update(row["_id"] for row in rows)
                self._progress.set()

    async def _unpark(self) -> None:
        """Let parked rows go on when their queue stands. It asks the database which these are: a relay before this one parked some, too."""
        while True:
            for queue in await self._outbox.parked():
                while await self._events.stands(queue) and await self._outbox.unpark(queue):
                    reached("relay.events_unparked")
                    self._wake.set()
            await asyncio.sleep(_PARKED_SECONDS)

    async def _waiting_predecessor(self, name: str, row: Row) -> Row | None:
        """The event just before this one, if it was not published yet.

        A fetch takes some rows of the backlog, in no order that the database promises: this is what keeps the order.
        """
        before = row["sequence"] - 1
        if before == 0 or self._last_confirmed.get(name, 0) >= before:
            return None
        predecessor = await self._outbox.by_key(row_key(row["source"], row["subject"], before))
        if predecessor is None or not predecessor.get("pending") or self._last_confirmed.get(name, 0) >= before:
            return None
        return predecessor

    async def _publish(self, name: str, row: Row) -> bool:
        """Publish until the broker takes it; gives up only when it is time to stop.

        Raises:
            NoQueue: it must wait for a queue.
        """
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping:
            try:
                async with self._window:
                    self._lease.check()
                    await self._events.publish(row)
            except (DeliveryError, Unconfirmed, NotItsOwn) as why:
                if isinstance(why, NotItsOwn) and name not in self._refused:
                    _log.error("event_not_its_own", event_id=row["_id"], event_type=str(why))
                self._on_refused(row)
                self._refused.add(name)
                self._progress.set()
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                self._refused.discard(name)
                self._on_confirmed(row)
                return True
        return False

    async def _mark(self) -> None:
        while True:
            await self._to_mark.wait()
            self._to_mark.clear()
            while self._confirmed:
                rows = [self._confirmed.popleft() for _ in range(min(len(self._confirmed), _ROWS_MARKED_AT_ONCE))]
                await self._outbox.mark_sent(rows)
                self._settled.update(row["_id"] for row in rows)
                self._unmarked -= len(rows)
                self._progress.set()
                while len(self._last_confirmed) > _REMEMBERED_LANES:
                    self._last_confirmed.popitem(last=False)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._progress.clear()
            await self._progress.wait()
