"""What the relay knows of its consumers' queues: which is missing, which is back, which it need not wait for."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import aio_pika
import pytest

from chassis.relay import consumers as module
from chassis.relay.consumers import Consumers

FIRST, SECOND, TYPE = "payments.on_told", "notifications.on_told", "challenges.told.v1"


class Broker:
    """Has these queues; says nothing about those in `mute`."""

    def __init__(self, *queues: str) -> None:
        self.queues = {f"{queue}.dead" for queue in queues}
        self.mute: set[str] = set()
        self.asked: list[str] = []

    async def channel(self) -> Channel:
        return Channel(self)


class Channel:
    is_closed = False

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def declare_queue(self, name: str, *, passive: bool) -> None:
        assert passive
        self._broker.asked.append(name.removesuffix(".dead"))
        if name in self._broker.mute:
            await asyncio.Event().wait()
        if name not in self._broker.queues:
            self.is_closed = True
            raise aio_pika.exceptions.ChannelNotFoundEntity(name)

    async def close(self) -> None:
        self.is_closed = True


def consumers(broker: Broker) -> Consumers:
    return Consumers({TYPE: (FIRST, SECOND)}, cast("Any", broker.channel))


async def test_an_event_waits_for_one_missing_queue_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK_AGAIN_SECONDS", 0.0)
    broker = Broker()
    known = consumers(broker)
    assert (await known.missing(TYPE), await known.stands(FIRST)) == (FIRST, False)
    broker.queues.add(f"{FIRST}.dead")
    assert (await known.stands(FIRST), await known.missing(TYPE)) == (True, SECOND)
    broker.queues.add(f"{SECOND}.dead")
    assert (await known.stands(SECOND), await known.missing(TYPE)) == (True, None)


async def test_nothing_waits_for_a_queue_that_is_not_expected_any_more() -> None:
    broker = Broker()
    assert await consumers(broker).stands("payments.on_something_else")
    assert broker.asked == []


async def test_a_missing_queue_is_asked_for_now_and_then() -> None:
    broker = Broker()
    known = consumers(broker)
    assert [await known.missing(TYPE) for _ in range(20)] == [FIRST] * 20
    assert broker.asked == [FIRST]


async def test_a_queue_that_cannot_be_asked_for_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ANSWER_SECONDS", 0.01)
    broker = Broker(FIRST, SECOND)
    broker.mute.add(f"{FIRST}.dead")
    assert await consumers(broker).missing(TYPE) == FIRST


async def test_a_returned_event_waits_for_the_queue_that_is_gone() -> None:
    broker = Broker(FIRST, SECOND)
    known = consumers(broker)
    assert await known.missing(TYPE) is None
    broker.queues.remove(f"{SECOND}.dead")
    assert await known.returned(TYPE) == SECOND
    assert await known.missing(TYPE) == SECOND


async def test_a_returned_event_whose_queues_all_stand_waits_for_the_first_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(FIRST, SECOND)
    known = consumers(broker)
    assert await known.returned(TYPE) == FIRST
    asked = len(broker.asked)
    assert (await known.missing(TYPE), await known.stands(FIRST), len(broker.asked)) == (FIRST, False, asked)
    monkeypatch.setattr(module, "_LOOK_AGAIN_SECONDS", -module._UNBOUND_SECONDS)  # the while is over
    assert (await known.stands(FIRST), await known.missing(TYPE)) == (True, None)
