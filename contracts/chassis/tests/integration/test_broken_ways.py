"""Connections that are cut, reset, stalled or swallowed: calls fail closed in time, and all is well by itself soon after."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pymongo
import pytest
from breaking import Break, every_fault
from greeter.messages import Count, Greet, Greeted, Record

from chassis.rpc_client import RpcClient
from contracts.errors import Kind, ProblemError
from local_platform.fault_proxy import FaultProxy
from local_platform.observing import eventually, readiness
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunningService, RunService

DEADLINE_S = 4.0
HEALED_S = 30.0  # a connection that fell silent is given up after two missed heartbeats, five seconds each


async def _refused_in_time(rpc: RpcClient, request: Any) -> ProblemError:
    """What the call is refused with: unavailable, worth another try, before its deadline has long passed."""
    asked = time.monotonic()
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(request, timeout=DEADLINE_S)
    took = time.monotonic() - asked
    assert took < DEADLINE_S + 2
    assert (refusal.value.problem.kind, refusal.value.problem.retry_after_s) == (Kind.UNAVAILABLE, 1)
    return refusal.value


async def _heals(rpc: RpcClient, request: Any) -> None:
    """Waits until a call is answered."""

    async def answered() -> bool:
        try:
            await rpc.call(request, timeout=1)
        except ProblemError:
            return False
        return True

    await eventually(answered, HEALED_S)


@every_fault
async def test_the_way_from_a_service_to_the_broker(
    run_service: RunService, broker_way: FaultProxy, rpc: RpcClient, amqp_url: str, mongo_url: str, fault: Break
) -> None:
    service = await asyncio.to_thread(run_service, "greeter", GREETER_AMQP_URL=broker_way.url(amqp_url))
    async with connected(amqp_url) as broker:
        fault(broker_way)
        if fault is not FaultProxy.reset:
            await _refused_in_time(rpc, Greet(name="Ada"))
        sent = await broker.publish(Greeted(name="during"))
        broker_way.heal()
        await _heals(rpc, Greet(name="Ada"))
        with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
            seen = client[service.database]["seen"]
            await eventually(lambda: seen.count_documents({"event_id": sent}), HEALED_S)
    await eventually(lambda: _ready(service), HEALED_S)
    assert service.process.running


@every_fault
async def test_the_way_from_a_service_to_the_database(
    run_service: RunService, mongo_way: FaultProxy, rpc: RpcClient, amqp_url: str, mongo_url: str, fault: Break
) -> None:
    service = await asyncio.to_thread(run_service, "greeter", GREETER_MONGO_URL=mongo_way.url(mongo_url))
    assert (await rpc.call(Record(name="before"))).text == "recorded before"
    fault(mongo_way)
    if fault is not FaultProxy.reset:
        many = [_refused_in_time(rpc, Record(name=f"during {number}")) for number in range(50)]
        await asyncio.gather(*many)
        await eventually(lambda: _unready(service), HEALED_S)
    mongo_way.heal()
    await _heals(rpc, Record(name="after"))
    await _heals(rpc, Count(name="after"))
    await eventually(lambda: _ready(service), HEALED_S)


@pytest.fixture
async def rpc_by_way(broker_way: FaultProxy, amqp_url: str) -> AsyncIterator[RpcClient]:
    client = RpcClient(broker_way.url(amqp_url))
    await client.start()
    yield client
    broker_way.heal()
    await client.stop()


@every_fault
async def test_the_way_from_a_caller_to_the_broker(
    run_service: RunService, broker_way: FaultProxy, rpc_by_way: RpcClient, fault: Break
) -> None:
    await asyncio.to_thread(run_service, "greeter")
    assert (await rpc_by_way.call(Greet(name="Ada"))).text == "hello Ada"
    fault(broker_way)
    if fault is not FaultProxy.reset:
        await _refused_in_time(rpc_by_way, Greet(name="Ada"))
    broker_way.heal()
    await _heals(rpc_by_way, Greet(name="Ada"))


async def test_events_that_fail_are_set_aside_after_a_silent_break(
    run_service: RunService, broker_way: FaultProxy, amqp_url: str, mongo_url: str
) -> None:
    """The connection that failed events are set aside by was swallowed while it was idle."""
    service = await asyncio.to_thread(run_service, "greeter", GREETER_AMQP_URL=broker_way.url(amqp_url), GREETER_RETRY_TIERS_S="[0.1, 0.1]")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        seen = client[service.database]["seen"]
        async with connected(amqp_url) as broker:
            first = await broker.publish(Greeted(name="before", fails=1))
            await eventually(lambda: seen.count_documents({"event_id": first}))
            broker_way.half_open()
            broker_way.heal()
            second = await broker.publish(Greeted(name="after", fails=1))
            await eventually(lambda: seen.count_documents({"event_id": second}), 2 * HEALED_S)


async def _ready(service: RunningService) -> bool:
    return (await readiness(service.health_url))[0] == 200


async def _unready(service: RunningService) -> bool:
    return (await readiness(service.health_url))[0] == 503
