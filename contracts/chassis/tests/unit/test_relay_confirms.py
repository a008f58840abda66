"""One queue that confirms nothing holds up its own events alone; a broker that says nothing at all is given up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import pytest
from aio_pika.exceptions import DeliveryError
from aiormq import spec
from test_relay_tenure import Lease, Rows, row

from chassis.broker_link import BrokerLost
from chassis.relay import broker as module
from chassis.relay import confirms, tenure
from chassis.relay.broker import Broker, Publisher
from chassis.relay.confirms import Confirms, Doubts
from chassis.relay.consumers import Consumers
from chassis.relay.metrics import Metrics
from chassis.relay.tenure import Row, Tenure, Unconfirmed
from local_platform.observing import eventually

MUTE = "test.mute.v1"


class Exchange:
    """Confirms what it is given, in the end; of the types in `mute` never."""

    def __init__(self, name: str, broker: FakeBroker) -> None:
        self.name = name
        self._broker = broker

    async def publish(self, message: Any, routing_key: str, *, mandatory: bool) -> None:
        assert mandatory
        self._broker.given.append(routing_key)
        if routing_key in self._broker.mute:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        self._broker.confirmed.append(
            {"subject": message.headers["cloudEvents_subject"], "sequence": int(message.headers["cloudEvents_sequence"])}
        )


class Channel:
    is_closed = False

    def __init__(self, broker: FakeBroker) -> None:
        self.close_callbacks: set[Callable[..., None]] = set()
        self._broker = broker

    async def get_exchange(self, name: str, *, ensure: bool) -> Exchange:
        assert not ensure
        return Exchange(name, self._broker)

    async def close(self) -> None:
        self.is_closed = True


class FakeBroker:
    """In memory; does what the relay asks of its connection, and notes when that is given up."""

    def __init__(self, *mute: str) -> None:
        self.connection = object()
        self.mute = set(mute)
        self.there = True
        self.blocked = False
        self.given: list[str] = []
        self.confirmed: list[Row] = []
        self.given_up: list[Any] = []
        self.asked = 0
        self.looks = 0

    async def channel(self) -> Channel:
        return Channel(self)

    async def takes_messages(self) -> bool:
        self.looks += 1
        return not self.blocked

    async def answers(self, connection: Any) -> bool:
        assert connection is self.connection
        self.asked += 1
        return self.there

    async def give_up(self, connection: Any) -> None:
        self.given_up.append(connection)

    async def close(self) -> None:
        self.given_up.append(self.connection)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stands(*_: Any) -> None: ...

    monkeypatch.setattr(module, "ensure_exchange", stands)
    monkeypatch.setattr(module, "STEP_SECONDS", 0.005)
    monkeypatch.setattr(tenure, "_LONGEST_PAUSE_SECONDS", 0.05)


def publisher(broker: FakeBroker, doubts: Doubts | None = None) -> Publisher:
    async def channel() -> Channel:
        return Channel(broker)

    given = cast("Broker", broker)
    consumers = Consumers({}, cast("Any", channel))
    return Publisher(given, cast("Any", Channel(broker)), consumers, "test", Metrics(), {} if doubts is None else doubts)


def told(subject: str, sequence: int, event_type: str = "test.told.v1") -> Row:
    more = {"type": event_type, "public": False, "body": b"{}", "dataschema": "urn:test", "traceparent": None}
    return row(subject, sequence, time=module.datetime(2026, 3, 1, tzinfo=module.UTC), **more)


async def serve(rows: Rows, broker: FakeBroker, doubts: Doubts, stop: asyncio.Event) -> list[str]:
    """Relay as for one database, with a new channel where one is lost; why they were."""
    reasons: list[str] = []
    while not stop.is_set():
        events = publisher(broker, doubts)
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(events.lost())
                await Tenure(rows, events, Lease(), asyncio.Event()).run(stop)
                watching.cancel()
        except* BrokerLost as lost:
            reasons += [str(error) for error in lost.exceptions]
    return reasons


async def test_a_queue_that_does_not_confirm_holds_up_its_own_events_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though they would fill the whole window; and the connection, which others use, stays."""
    monkeypatch.setattr(tenure, "WINDOW", 10)
    monkeypatch.setattr(confirms, "_TRY_SECONDS", 0.02)
    broker, stop = FakeBroker(MUTE), asyncio.Event()
    doubts: Doubts = {}
    rows = Rows([*(told(f"mute {number}", 1, MUTE) for number in range(30)), *(told("good", number) for number in range(1, 41))])
    serving = asyncio.create_task(serve(rows, broker, doubts, stop))
    await rows.only_waiting(30)
    assert [one["sequence"] for one in broker.confirmed] == list(range(1, 41))
    tried = broker.given.count(MUTE)
    await eventually(lambda: broker.given.count(MUTE) >= tried + 3)
    assert list(doubts) == [MUTE]
    broker.mute.clear()
    await rows.only_waiting(0)
    stop.set()
    assert await serving == [f"not confirmed in time: {MUTE}"]
    assert broker.given_up == []
    assert {one["subject"] for one in broker.confirmed} == {"good", *(f"mute {number}" for number in range(30))}
    assert doubts == {}


async def test_one_event_at_a_time_of_a_type_in_doubt_is_tried() -> None:
    broker, doubts = FakeBroker(MUTE), {MUTE: False}
    events = publisher(broker, doubts)
    first = asyncio.create_task(events.publish(told("mute", 1, MUTE)))
    await eventually(lambda: broker.given == [MUTE])
    with pytest.raises(Unconfirmed):
        await events.publish(told("another", 1, MUTE))
    assert broker.given == [MUTE]
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    broker.mute.clear()
    await events.publish(told("another", 1, MUTE))
    assert doubts == {}


async def test_a_broker_that_says_nothing_and_opens_no_channel_is_given_up() -> None:
    broker, doubts = FakeBroker(MUTE), cast("Doubts", {})
    broker.there = False
    events = publisher(broker, doubts)
    waiting = asyncio.create_task(events.publish(told("mute", 1, MUTE)))
    with pytest.raises(BrokerLost, match="does not answer"):
        await events.lost()
    assert broker.given_up == [broker.connection]
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert doubts == {MUTE: False}, "the next channel would be given all of it again"


async def test_what_a_broker_short_of_memory_does_not_read_yet_is_not_late() -> None:
    broker = FakeBroker(MUTE)
    broker.blocked = True
    events = publisher(broker)
    waiting = asyncio.create_task(events.publish(told("mute", 1, MUTE)))
    watching = asyncio.create_task(events.lost())
    await eventually(lambda: broker.looks > 4 * confirms._LATE_STEPS)
    assert (watching.done(), broker.asked) == (False, 0)
    broker.blocked = False
    with pytest.raises(BrokerLost, match="not confirmed in time"):
        await watching
    waiting.cancel()


@pytest.fixture
def confirming() -> Confirms:
    return Confirms({})


async def test_a_broker_that_is_slow_with_everything_is_not_mute(confirming: Confirms) -> None:
    """Each event waits for long, and those before it are confirmed meanwhile."""
    waiting: deque[AbstractAsyncContextManager[None]] = deque()
    for _ in range(5 * confirms._LATE_STEPS):
        waiting.append(confirming.awaited("slow"))
        await waiting[-1].__aenter__()
        if len(waiting) > confirms._LATE_STEPS + 2:
            await waiting.popleft().__aexit__(None, None, None)
        assert confirming.late() == []


async def test_an_event_is_late_when_those_after_it_are_confirmed(confirming: Confirms) -> None:
    async with confirming.awaited(MUTE):
        for _ in range(confirms._LATE_STEPS):
            async with confirming.awaited("quick"):
                assert confirming.late() == []
        assert confirming.late() == [MUTE]


async def test_an_event_is_late_when_nothing_is_heard(confirming: Confirms) -> None:
    async with confirming.awaited(MUTE):
        assert [confirming.late() for _ in range(confirms._SILENT_STEPS)] == [[]] * confirms._SILENT_STEPS
        assert confirming.late() == [MUTE]


async def test_a_refusal_is_an_answer(confirming: Confirms) -> None:
    async def refused() -> None:
        async with confirming.awaited(MUTE):
            for _ in range(confirms._SILENT_STEPS):
                assert confirming.late() == []
            raise DeliveryError(None, spec.Basic.Nack())

    with pytest.raises(DeliveryError):
        await refused()
    assert (confirming.heard, confirming.doubted(MUTE)) == (1, False)
