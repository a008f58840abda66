"""More comes than can be taken: it waits, nothing is lost, and no process grows."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import psutil
import pymongo
from greeter.messages import Greet, Greeted
from relay_traffic import emit, receiving

from chassis import outbox
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.rpc_client import RpcClient
from contracts.errors import Kind, ProblemError
from contracts.identity.events import EmailVerified
from local_platform.observing import eventually, metric, readiness
from local_platform.processes import LocalProcess
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunRelay, RunService
from local_platform.rabbitmq import RabbitMQ

WAITING = 300  # events
GROWTH_MB = 40


def megabytes(process: LocalProcess) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6


async def test_a_broker_short_of_memory_makes_everybody_wait(
    relay: RunRelay, run_service: RunService, store: Store, own_broker: RabbitMQ, own_rpc: RpcClient
) -> None:
    await asyncio.to_thread(run_service, "greeter", GREETER_AMQP_URL=own_broker.url)
    running = await asyncio.to_thread(relay, {"identity": store.database.name}, RELAY_AMQP_URL=own_broker.url)
    health_url = f"http://127.0.0.1:{running.env['RELAY_HEALTH_PORT']}"
    depth, oldest = (f'relay_outbox_{name}{{database="identity"}}' for name in ("depth", "oldest_seconds"))
    user = new_id("user")
    event = EmailVerified(user_id=user, email="ada@example.org")
    async with receiving(own_broker.url, [user]) as received:
        emit(store, event)
        await eventually(lambda: len(received.ids) == 1)
        assert (await own_rpc.call(Greet(name="Ada"))).text == "hello Ada"
        before = megabytes(running)

        await asyncio.to_thread(own_broker.control, "set_vm_memory_high_watermark", "0.00001")
        for _ in range(WAITING // 100):
            emit(store, *[event] * 100)

        async def refused() -> bool:
            asked = time.monotonic()
            (outcome,) = await asyncio.gather(own_rpc.call(Greet(name="Ada"), timeout=4), return_exceptions=True)
            if not isinstance(outcome, ProblemError):
                return False
            assert (outcome.problem.kind, outcome.problem.retry_after_s) == (Kind.UNAVAILABLE, 1)
            assert time.monotonic() - asked < 6
            return True

        await eventually(refused)

        async def shows_the_backlog() -> bool:
            _, report = await readiness(health_url)
            shown = report["outbox"]["identity"]["depth"], await metric(health_url, depth)
            return min(shown) >= WAITING - 1

        await eventually(shows_the_backlog)
        assert megabytes(running) - before < GROWTH_MB

        await asyncio.to_thread(own_broker.control, "set_vm_memory_high_watermark", "0.6")
        await eventually(lambda: len(set(received.ids)) == WAITING + 1, 60)
        assert received.out_of_order(WAITING + 1) == {}

        async def nothing_waits() -> bool:
            return await metric(health_url, depth) == 0 == await metric(health_url, oldest)

        await eventually(nothing_waits)

        async def answered() -> bool:
            return not await refused()

        await eventually(answered)


async def test_a_full_retry_tier_sends_failed_events_back_to_their_queue(
    run_service: RunService, own_broker: RabbitMQ, mongo_url: str
) -> None:
    tiers = {"GREETER_AMQP_URL": own_broker.url, "GREETER_RETRY_TIERS_S": "[0.2, 0.3]"}
    service = await asyncio.to_thread(run_service, "greeter", **tiers)
    full = partial(own_broker.control, "set_policy", "--apply-to", "queues", "full", r"^greeter\.retry\.", '{"max-length": 0}')
    await asyncio.to_thread(full)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        seen = client[service.database]["seen"]
        async with connected(own_broker.url) as broker:
            for number in range(20):
                await broker.publish(Greeted(name=f"n{number}", fails=1000 if number == 0 else 1))
            await eventually(lambda: service.log.count("event_not_set_aside") >= 1)
            await asyncio.to_thread(own_broker.control, "clear_policy", "full")
            await eventually(lambda: seen.count_documents({"what": "handled"}) == 19, 40)
        dead = await eventually(lambda: client[service.database]["dead_letters"].find_one(), 40)
        assert b'"n0"' in dead["body"]
        assert seen_twice(seen) == []


def seen_twice(seen: Any) -> list[str]:
    by_event = seen.aggregate([{"$match": {"what": "handled"}}, {"$group": {"_id": "$event_id", "times": {"$sum": 1}}}])
    return [row["_id"] for row in by_event if row["times"] > 1]


async def test_a_slow_consumer_delays_its_events_and_nothing_else(
    relay: RunRelay, run_service: RunService, store: Store, amqp_url: str, rpc: RpcClient
) -> None:
    """One worker that takes ten times as long as events take to come: they wait in its queue, not in a process."""
    service = await asyncio.to_thread(run_service, "greeter", database=store.database.name, GREETER_MAX_WORKERS="1")
    running = await asyncio.to_thread(relay, {"greeter": store.database.name})
    before = megabytes(running), megabytes(service.process)
    names = [f"n{number}" for number in range(WAITING)]
    for name in names:
        emit(store, Greeted(name=name, takes_s=0.03))
    pending = store.database["outbox"]
    seen = store.database["seen"]
    await eventually(lambda: pending.count_documents(outbox.WAITING) == 0, 40)
    assert seen.count_documents({"what": "handled"}) < WAITING, "the consumer was not slower than its producer"
    await eventually(lambda: seen.count_documents({"what": "handled"}) == WAITING, 60)
    assert sorted(seen.distinct("name", {"what": "handled"})) == sorted(names)
    assert megabytes(running) - before[0] < GROWTH_MB
    assert megabytes(service.process) - before[1] < GROWTH_MB
