"""A tenure publishes each lane in order and everything once, whatever order and portions the database gives rows in."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from typing import Any

import pytest
from aio_pika.exceptions import DeliveryError
from aiormq import spec
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.lease import LeaseLost
from chassis.outbox import row_key
from chassis.relay import tenure as module
from chassis.relay.tenure import NoQueue, Row, Tenure


def row(subject: str, sequence: int, **changed: Any) -> Row:
    key = row_key("test", subject, sequence)
    return {"_id": f"event_{key}", "key": key, "source": "test", "subject": subject, "sequence": sequence, "pending": True, **changed}


class Rows:
    """An outbox in memory that gives its pending rows in an order of its own."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = {row["key"]: row for row in rows}
        self.asked_for: list[int] = []
        self._marked = asyncio.Event()

    async def pending(self, limit: int) -> list[Row]:
        await asyncio.sleep(0)
        self.asked_for.append(limit)
        return [dict(row) for row in self.rows.values() if row.get("pending") is True][:limit]

    async def by_key(self, key: str) -> Row | None:
        await asyncio.sleep(0)
        found = self.rows.get(key)
        return None if found is None else dict(found)

    async def mark_sent(self, rows: list[Row]) -> None:
        await asyncio.sleep(0)
        for sent in rows:
            del self.rows[sent["key"]]["pending"]
        self._marked.set()

    async def park(self, rows: list[Row], queue: str) -> None:
        for row in rows:
            await asyncio.sleep(0)
            if self.rows[row["key"]].get("pending") is True:
                self.rows[row["key"]]["pending"] = queue
        self._marked.set()

    async def parked(self) -> list[str]:
        await asyncio.sleep(0)
        return sorted({row["pending"] for row in self.rows.values() if row.get("pending", True) is not True})

    async def unpark(self, queue: str) -> bool:
        """A few at a time, the newest first: those before them wait yet."""
        found = [row for row in self.rows.values() if row.get("pending") == queue][-3:]
        for row in found:
            await asyncio.sleep(0)
            row["pending"] = True
        return bool(found)

    async def only_waiting(self, count: int) -> None:
        """Returns when at most so many rows are pending."""
        async with asyncio.timeout(20):
            while self.waiting > count:
                self._marked.clear()
                await self._marked.wait()

    @property
    def waiting(self) -> int:
        return sum(1 for row in self.rows.values() if row.get("pending"))


class Events:
    """A broker that confirms after a while of its own, and refuses now and then."""

    def __init__(self, seed: int = 0, refusing: float = 0.0) -> None:
        self.sent: list[Row] = []
        self.in_flight: set[str] = set()
        self._random = random.Random(seed)
        self._refusing = refusing

    async def stands(self, queue: str) -> bool:
        raise AssertionError(f"nothing waits for {queue}")

    async def publish(self, row: Row) -> None:
        assert row["subject"] not in self.in_flight, "two events of one subject in flight"
        self.in_flight.add(row["subject"])
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)
        self.in_flight.remove(row["subject"])
        if self._random.random() < self._refusing:
            raise DeliveryError(None, spec.Basic.Nack())
        self.sent.append(row)


class Lease:
    def __init__(self, checks: int = 10**9) -> None:
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise LeaseLost("gone")


async def relay(rows: Rows, events: Any, lease: Lease | None = None) -> None:
    """Run a tenure until nothing waits."""
    stop = asyncio.Event()

    async def stop_when_empty() -> None:
        await rows.only_waiting(0)
        stop.set()

    tenure = Tenure(rows, events, lease or Lease(), asyncio.Event())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stop_when_empty())
        await tenure.run(stop)


def sequences(sent: list[Row]) -> dict[str, list[int]]:
    by_subject: defaultdict[str, list[int]] = defaultdict(list)
    for one in sent:
        by_subject[one["subject"]].append(one["sequence"])
    return dict(by_subject)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(0, 2**32), st.integers(1, 9))
def test_lanes_keep_their_order_whatever_order_rows_come_in(lengths: list[int], seed: int, batch: int) -> None:
    every = [row(f"s{subject}", sequence) for subject, length in enumerate(lengths) for sequence in range(1, length + 1)]
    random.Random(seed).shuffle(every)
    events = Events(seed, refusing=0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", batch)
        patch.setattr(module, "_FIRST_PAUSE_SECONDS", 0.0)
        asyncio.run(relay(Rows(every), events))
    assert sequences(events.sent) == {f"s{subject}": list(range(1, length + 1)) for subject, length in enumerate(lengths)}


async def test_an_event_whose_predecessors_were_sent_long_ago_goes_out() -> None:
    sent_before = row("s", 4)
    del sent_before["pending"]
    events = Events()
    await relay(Rows([row("s", 6), row("s", 5), sent_before, row("t", 9)]), events)  # of t no earlier row is kept any more
    assert sequences(events.sent) == {"s": [5, 6], "t": [9]}


async def test_rows_written_meanwhile_are_found_without_a_wake_up() -> None:
    rows, events = Rows([row("s", 1)]), Events()
    stop = asyncio.Event()
    running = asyncio.ensure_future(Tenure(rows, events, Lease(), asyncio.Event()).run(stop))
    await rows.only_waiting(0)
    rows.rows |= {late["key"]: late for late in (row("s", 3), row("s", 2))}
    await rows.only_waiting(0)
    stop.set()
    await running
    assert sequences(events.sent) == {"s": [1, 2, 3]}


async def test_without_the_lease_nothing_is_published_any_more() -> None:
    rows, events = Rows([row("s", number) for number in range(1, 11)]), Events()
    with pytest.raises(ExceptionGroup) as ended:
        await relay(rows, events, Lease(checks=4))
    assert ended.group_contains(LeaseLost)
    assert sequences(events.sent) == {"s": [1, 2, 3, 4]}


async def test_stopping_marks_what_is_in_flight_and_starts_nothing_more() -> None:
    rows = Rows([row("s", number) for number in range(1, 4)])
    stop = asyncio.Event()

    class Slow(Events):
        async def publish(self, row: Row) -> None:
            stop.set()
            for _ in range(20):
                await asyncio.sleep(0)
            await super().publish(row)

    events = Slow()
    await Tenure(rows, events, Lease(), asyncio.Event()).run(stop)
    assert sequences(events.sent) == {"s": [1]}
    assert rows.waiting == 2


async def test_refused_events_hold_up_their_own_lane_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when they fill a whole fetch."""
    monkeypatch.setattr(module, "BATCH", 4)
    count = 10
    rows = Rows([*(row("poison", number) for number in range(1, count + 1)), *(row("good", number) for number in range(1, 30))])
    refused: list[Row] = []
    stop = asyncio.Event()

    class Refusing(Events):
        async def publish(self, row: Row) -> None:
            if row["subject"] == "poison":
                raise DeliveryError(None, spec.Basic.Nack())
            await super().publish(row)

    events = Refusing()
    running = asyncio.ensure_future(Tenure(rows, events, Lease(), asyncio.Event(), on_refused=refused.append).run(stop))
    await rows.only_waiting(count)
    stop.set()
    await running
    assert sequences(events.sent) == {"good": list(range(1, 30))}
    assert {one["key"] for one in refused} == {"test/poison/1"}


class Missing(Events):
    """A broker on which a queue is missing that the subjects `lost …` go to, until `there`."""

    def __init__(self) -> None:
        super().__init__()
        self.there = False

    async def stands(self, queue: str) -> bool:
        assert queue == "notifications.on_told"
        return self.there

    async def publish(self, row: Row) -> None:
        if row["subject"].startswith("lost") and not self.there:
            raise NoQueue("notifications.on_told")
        await super().publish(row)


@pytest.mark.parametrize("over", ["the same tenure", "another tenure"])
async def test_events_without_a_queue_take_no_room_and_go_on_in_order_when_it_stands(monkeypatch: pytest.MonkeyPatch, over: str) -> None:
    """However many there are: more than a fetch takes, and more than is kept for lanes that the broker refuses."""
    monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr(module, "_MOST_HELD", 10)
    monkeypatch.setattr(module, "_PARKED_SECONDS", 0.01)
    lost = [row(f"lost {subject}", sequence) for subject in range(60) for sequence in (1, 2)]
    rows, events, stop = Rows([*lost, *(row("good", number) for number in range(1, 21))]), Missing(), asyncio.Event()
    wake = asyncio.Event()
    tenure = Tenure(rows, events, Lease(), wake)
    running = asyncio.ensure_future(tenure.run(stop))
    await rows.only_waiting(len(lost))
    assert sequences(events.sent) == {"good": list(range(1, 21))}
    assert max(rows.asked_for) <= 20, "what is parked is read again with each fetch"
    late = [row("good", 21), row("lost 7", 3)]
    rows.rows |= {one["key"]: one for one in late}
    wake.set()
    await rows.only_waiting(len(lost) + 1)
    if over == "another tenure":
        stop.set()
        await running
        stop = asyncio.Event()
        running = asyncio.ensure_future(Tenure(rows, events, Lease(), asyncio.Event()).run(stop))
    events.there = True
    await rows.only_waiting(0)
    stop.set()
    await running
    expected = {"good": list(range(1, 22))} | {f"lost {subject}": [1, 2, 3] if subject == 7 else [1, 2] for subject in range(60)}
    assert sequences(events.sent) == expected
