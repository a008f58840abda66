"""A relay is killed between any two of its effects: every event arrives, in order by subject, and every row is marked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage
from test_topology import QUEUE, accepted, forgotten

from chassis.ids import new_id
from chassis.mongo import MongoUnitOfWork, Store
from chassis.outbox import WAITING
from contracts.base import Event
from local_platform.crashing import Doomed
from local_platform.environment import relay_databases
from local_platform.launch import declare_topology
from local_platform.launch import relay as relay_process
from local_platform.observing import eventually
from local_platform.ports import free_port
from local_platform.processes import LocalProcess

EXCHANGES = ("teller.events", "openchance.public")
AT_WORK = [
    "relay.lease_acquired",
    "relay.rows_fetched",
    "relay.exchange_confirmed",
    "relay.event_confirmed",
    "relay.event_confirmed:7",
    "relay.plain_rows_marked",
    "relay.rows_marked",
    "relay.lease_renewed",
]
STOPPING = ["relay.drained", "relay.lease_released"]
WITHOUT_A_QUEUE = ["relay.events_parked", "relay.events_parked:2", "relay.events_unparked"]


@asynccontextmanager
async def receiving(amqp_url: str) -> AsyncIterator[list[AbstractIncomingMessage]]:
    """All that comes to the exchanges meanwhile."""
    received: list[AbstractIncomingMessage] = []

    async def take(message: AbstractIncomingMessage) -> None:
        received.append(message)

    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for name in EXCHANGES:
            await queue.bind(await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True), "#")
        await queue.consume(take, no_ack=True)
        yield received


@pytest.fixture
def made(processes: list[LocalProcess], amqp_url: str, mongo_url: str, store: Store, tmp_path: Path) -> Callable[[str, str], Doomed]:
    """Makes a relay of this service's outbox that awaits these consumers."""

    def make(service: str, consumers: str) -> Doomed:
        databases = relay_databases(mongo_url, {service: store.database.name})
        settings = {"RELAY_AMQP_URL": amqp_url, "RELAY_DATABASES": databases, "RELAY_CONSUMERS": consumers}
        process = relay_process(env=settings, log=tmp_path / "relay.log", health_port=free_port())
        processes.append(process)
        return Doomed(process, "RELAY_CRASH_AT", mongo_url)

    return make


@pytest.fixture
def doomed(made: Callable[[str, str], Doomed]) -> Doomed:
    return made("teller", "[]")


class Told(Event):
    source: ClassVar[str] = "teller"
    subject_field: ClassVar[str] = "about"
    about: str


class Confided(Told):
    secret: ClassVar[bool] = True


class Announced(Told):
    public: ClassVar[bool] = True


def facts() -> dict[str, list[Event]]:
    """Events by subject: one with a secret, one for partners too, and many plain ones."""
    confided, announced, *others = (new_id("user") for _ in range(4))
    return {
        confided: [Confided(about=confided), *[Told(about=confided)] * 4],
        announced: [Announced(about=announced)],
        **{other: [Told(about=other)] * 5 for other in others},
    }


def commit(store: Store, events: list[Event]) -> None:
    with MongoUnitOfWork(store) as work:
        for event in events:
            work.emit(event)


def first_arrivals(received: list[AbstractIncomingMessage], exchange: str, subject: str) -> list[int]:
    """The sequences of a subject's events as they came first: what comes again an inbox drops."""
    came = [
        int(str(message.headers["cloudEvents_sequence"]))
        for message in received
        if message.exchange == exchange and message.headers["cloudEvents_subject"] == subject
    ]
    return list(dict.fromkeys(came))


def missing(received: list[AbstractIncomingMessage], expected: dict[str, list[Event]]) -> dict[str, Any]:
    """What did not arrive in order, by exchange and subject."""
    wanted: dict[tuple[str, str], int] = {}
    for subject, events in expected.items():
        wanted[f"{events[0].source}.events", subject] = len(events)
        if events[0].for_partners():
            wanted["openchance.public", subject] = len(events)
    return {
        f"{exchange} {subject}": came
        for (exchange, subject), count in wanted.items()
        if (came := first_arrivals(received, exchange, subject)) != list(range(1, count + 1))
    }


def lease_runs_out(store: Store) -> None:
    """The dead relay's lease would in five seconds: the walk does not wait for that."""
    store.database["leases"].update_one({"_id": "relay"}, {"$set": {"owner": None}})


@pytest.mark.parametrize("point", AT_WORK + STOPPING)
async def test_killed_there_it_loses_nothing_and_keeps_the_order(doomed: Doomed, store: Store, amqp_url: str, point: str) -> None:
    expected = facts()
    async with receiving(amqp_url) as received:
        for events in expected.values():
            commit(store, events)
        doomed.arm(point)
        doomed.process.launch()
        if point in STOPPING:
            await eventually(lambda: store.database["outbox"].count_documents(WAITING) == 0)
            doomed.process.terminate()
        await doomed.died()
        lease_runs_out(store)
        for subject in list(expected)[2:]:
            again = expected[subject][:2]
            commit(store, again)
            expected[subject] = [*expected[subject], *again]
        await doomed.revive()
        await eventually(lambda: not missing(received, expected))
        await eventually(lambda: store.database["outbox"].count_documents(WAITING) == 0)
    assert store.database["outbox"].count_documents({"secret": True, "body": {"$exists": True}}) == 0
    assert {row["_id"].partition("/")[2]: row["sequence"] for row in store.database["outbox_sequences"].find()} == {
        subject: len(events) for subject, events in expected.items()
    }
    await asyncio.to_thread(doomed.process.stop)
    assert doomed.process.status == 0


async def came(amqp_url: str) -> dict[str, list[int]]:
    """What the queue holds, which is taken out: by subject the sequences as they came first."""
    sequences: dict[str, list[int]] = {}
    async with await aio_pika.connect(amqp_url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        while message := await queue.get(no_ack=True, fail=False):
            of_subject = sequences.setdefault(str(message.headers["cloudEvents_subject"]), [])
            if (sequence := int(str(message.headers["cloudEvents_sequence"]))) not in of_subject:
                of_subject.append(sequence)
    return sequences


@pytest.mark.parametrize("point", WITHOUT_A_QUEUE)
async def test_killed_while_a_queue_is_missing_it_loses_nothing_and_keeps_the_order(
    made: Callable[[str, str], Doomed], store: Store, amqp_url: str, tmp_path: Path, point: str
) -> None:
    events = [accepted() for _ in range(4)]
    outbox = store.database["outbox"]
    for_the_queue = {"pending": QUEUE}

    async def declare() -> None:
        await asyncio.to_thread(declare_topology, "messaging", env={"MESSAGING_AMQP_URL": amqp_url}, log=tmp_path / "topology.log")

    await forgotten(amqp_url, QUEUE)
    for event in events:
        commit(store, [event] * 3)
    doomed = made("challenges", '["messaging"]')
    doomed.arm(point)
    doomed.process.launch()
    if point == "relay.events_unparked":
        await eventually(lambda: outbox.count_documents(for_the_queue) == 12)
        await declare()
    await doomed.died()
    lease_runs_out(store)
    commit(store, events)
    await doomed.revive()
    if point != "relay.events_unparked":
        await eventually(lambda: outbox.count_documents(for_the_queue) == 16)
        await declare()
    await eventually(lambda: outbox.count_documents(WAITING) == 0)
    assert await came(amqp_url) == {event.subject: [1, 2, 3, 4] for event in events}
