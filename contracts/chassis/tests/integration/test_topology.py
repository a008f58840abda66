"""The topology is a step of its own: nobody's events pass a consumer by because it has not run yet, or because the broker forgot all."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import aio_pika
import orjson
import pytest
from amqp.exceptions import InternalError
from pymongo.database import Database
from structlog.testing import capture_logs

from chassis import topology
from chassis.dead_letters.retiring import RetiredQueues
from chassis.ids import new_id
from chassis.mongo import MongoUnitOfWork, Store
from chassis.outbox import WAITING
from chassis.queues import HandlerQueue
from chassis.settings import BrokerSettings
from contracts.challenges.events import ApplicationAccepted
from local_platform.errors import PlatformError
from local_platform.launch import declare_topology
from local_platform.observing import eventually
from local_platform.processes import LocalProcess
from local_platform.pytest_plugin import RunRelay, RunService
from local_platform.rabbitmq import RabbitMQ

GOLDEN = Path(__file__).parents[4] / "tests/contracts/golden/challenges.application_accepted.v1.json"
QUEUE = "messaging.on_application_accepted"


def accepted() -> ApplicationAccepted:
    body = orjson.loads(GOLDEN.read_bytes())["body"]
    return ApplicationAccepted.model_validate_json(
        orjson.dumps(body | {"application_id": new_id("application"), "challenge_id": new_id("challenge")})
    )


def emit(store: Store) -> str:
    with MongoUnitOfWork(store) as work:
        work.emit(accepted())
    row = store.database["outbox"].find_one({}, sort=[("_id", -1)])
    assert row is not None
    return str(row["_id"])


def pending(database: Database[dict[str, Any]]) -> int:
    return database["outbox"].count_documents(WAITING)


def waiting(relay: LocalProcess) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{relay.env['RELAY_HEALTH_PORT']}/metrics", timeout=5) as page:
        lines = page.read().decode().splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("outbox_unroutable{")), 0.0)


async def forgotten(amqp_url: str, queue: str) -> None:
    """As on a broker where the service never ran."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for name in (queue, f"{queue}.dead"):
            await channel.queue_delete(name)


async def held(amqp_url: str, queue: str) -> list[str]:
    """The ids of the events in a queue, which are taken out."""
    found = []
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        source = await channel.get_queue(queue)
        while message := await source.get(no_ack=True, fail=False):
            found.append(str(message.message_id))
    return found


async def test_an_event_waits_for_the_queue_of_a_consumer_that_never_ran(
    relay: RunRelay, store: Store, amqp_url: str, tmp_path: Path
) -> None:
    await forgotten(amqp_url, QUEUE)
    event_id = emit(store)
    process = relay({"challenges": store.database.name}, RELAY_CONSUMERS='["messaging"]')
    await eventually(lambda: waiting(process) == 1)
    assert [row["pending"] for row in store.database["outbox"].find()] == [QUEUE]
    await asyncio.to_thread(declare_topology, "messaging", env={"MESSAGING_AMQP_URL": amqp_url}, log=tmp_path / "topology.log")
    await eventually(lambda: pending(store.database) == 0)
    assert await held(amqp_url, QUEUE) == [event_id]
    await eventually(lambda: waiting(process) == 0)


async def test_an_event_waits_though_another_consumer_has_its_queue(relay: RunRelay, store: Store, amqp_url: str, tmp_path: Path) -> None:
    await forgotten(amqp_url, QUEUE)
    other = "payments.on_application_accepted"
    await asyncio.to_thread(declare_topology, "payments", env={"PAYMENTS_AMQP_URL": amqp_url}, log=tmp_path / "topology.log")
    await held(amqp_url, other)
    process = relay({"challenges": store.database.name}, RELAY_CONSUMERS='["payments", "messaging"]')
    event_id = emit(store)
    await eventually(lambda: waiting(process) == 1)
    assert await held(amqp_url, other) == []
    await asyncio.to_thread(declare_topology, "messaging", env={"MESSAGING_AMQP_URL": amqp_url}, log=tmp_path / "topology.log")
    await eventually(lambda: pending(store.database) == 0)
    assert (await held(amqp_url, other), await held(amqp_url, QUEUE)) == ([event_id], [event_id])


async def test_a_broker_that_lost_its_data_is_not_sent_to_before_the_consumers_are_back(
    relay: RunRelay, run_service: RunService, own_broker: RabbitMQ, store: Store
) -> None:
    service = run_service("messaging", MESSAGING_AMQP_URL=own_broker.url)
    conversations = store.client[service.database]["inbox"]
    process = relay({"challenges": store.database.name}, RELAY_CONSUMERS='["messaging"]', RELAY_AMQP_URL=own_broker.url)
    emit(store)
    await eventually(lambda: conversations.count_documents({}) == 1)
    service.stop()
    own_broker.kill()
    shutil.rmtree(own_broker.folder / "data")
    own_broker.start()
    emit(store)
    await eventually(lambda: waiting(process) == 1, within=40)
    assert pending(store.database) == 1
    service.process.start()  # declares its queues again
    await eventually(lambda: conversations.count_documents({}) == 2, within=40)
    await eventually(lambda: pending(store.database) == 0)


def test_a_broker_that_is_away_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topology, "_ATTEMPTS", 1)
    with pytest.raises(topology.NotDeclared, match="messaging: "):
        topology.declare("messaging", BrokerSettings(amqp_url="amqp://guest:guest@127.0.0.1:1/"))


@pytest.mark.parametrize(("unlucky", "declared"), [(4, True), (5, False)])
def test_a_queue_that_finds_no_leader_is_declared_again(monkeypatch: pytest.MonkeyPatch, unlucky: int, declared: bool) -> None:
    answers = iter([InternalError("no leader")] * unlucky + [None])

    def declare_all(*_: object) -> None:
        if refusal := next(answers):
            raise refusal

    monkeypatch.setattr(topology, "_declare_all", declare_all)
    with nullcontext() if declared else pytest.raises(topology.NotDeclared, match="no leader"):
        topology.declare("messaging", BrokerSettings(amqp_url="amqp://127.0.0.1:1/"))


def test_a_queue_that_stands_with_other_arguments_is_refused(amqp_url: str, tmp_path: Path) -> None:
    settings = {"MESSAGING_AMQP_URL": amqp_url}
    declare_topology("messaging", env=settings, log=tmp_path / "topology.log")
    with pytest.raises(PlatformError, match=r"the topology is not declared: messaging: .*messaging\.on_application_accepted"):
        declare_topology("messaging", env={**settings, "MESSAGING_DELIVERY_LIMIT": "7"}, log=tmp_path / "topology.log")


def test_what_is_missing_in_the_environment_is_named() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PAYMENTS_")}
    done = subprocess.run([sys.executable, "-m", "chassis.topology", "payments"], env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (1, "PAYMENTS_AMQP_URL is missing")


async def test_a_retired_handler_gets_no_more_events_and_keeps_what_it_has(amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, settings = f"greeter.on_{new_id('old')}", BrokerSettings(amqp_url=amqp_url)
    for retired in (False, True, True):
        monkeypatch.setattr(topology, "queues_of", lambda _, retired=retired: [HandlerQueue(name, "greeter.old.v1", retired=retired)])
        await asyncio.to_thread(topology.declare, "greeter", settings)
        async with await aio_pika.connect(amqp_url) as connection:
            channel = await connection.channel(on_return_raises=False)
            exchange = await channel.get_exchange("greeter.events")
            body = b"retired" if retired else b"current"
            await exchange.publish(aio_pika.Message(body, message_id=body.decode()), "greeter.old.v1")
    assert await held(amqp_url, name) == ["current"]


async def test_a_queue_that_the_release_before_binds_again_is_unbound_again(amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, event_type, settings = f"greeter.on_{new_id('old')}", "greeter.old.v1", BrokerSettings(amqp_url=amqp_url)
    monkeypatch.setattr("contracts.topology.RETIRED", {"greeter": {name: event_type}})
    await asyncio.to_thread(topology.declare, "greeter", settings)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(on_return_raises=False)
        exchange = await channel.get_exchange("greeter.events")

        async def tell(what: str) -> None:
            await exchange.publish(aio_pika.Message(b"{}", message_id=what), event_type)

        await (await channel.get_queue(name)).bind(exchange, event_type)
        await tell("bound again")
        retired = RetiredQueues(topology.retired_queues("greeter"), amqp_url)
        for _ in range(2):
            await asyncio.to_thread(retired.unbind)
        await tell("unbound again")
    assert await held(amqp_url, name) == ["bound again"]


def test_retired_queues_wait_for_a_broker_that_is_away() -> None:
    with capture_logs() as logged:
        RetiredQueues([HandlerQueue("greeter.on_old", "greeter.old.v1", retired=True)], "amqp://guest:guest@127.0.0.1:1/").unbind()
    assert [entry["event"] for entry in logged] == ["retired_queues_not_unbound"]


async def test_renewing_replaces_what_is_empty_and_leaves_what_is_not(amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = HandlerQueue(f"greeter.on_{new_id('renewed')}", "greeter.renewed.v1")
    monkeypatch.setattr(topology, "queues_of", lambda _: [handler])
    first, second, third = (BrokerSettings(amqp_url=amqp_url, delivery_limit=limit) for limit in (5, 6, 7))
    await asyncio.to_thread(topology.declare, "greeter", first)
    with pytest.raises(topology.NotDeclared, match=handler.name):
        await asyncio.to_thread(topology.declare, "greeter", second)
    await asyncio.to_thread(topology.declare, "greeter", second, renew=True)
    await asyncio.to_thread(topology.declare, "greeter", second)
    async with await aio_pika.connect(amqp_url) as connection:
        exchange = await (await connection.channel()).get_exchange("greeter.events")
        await exchange.publish(aio_pika.Message(b"kept", message_id="kept"), handler.event_type, mandatory=True)
    with pytest.raises(topology.NotDeclared, match="holds 1 messages"):
        await asyncio.to_thread(topology.declare, "greeter", third, renew=True)
    assert await held(amqp_url, handler.name) == ["kept"]
