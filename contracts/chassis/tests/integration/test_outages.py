"""The broker or the database dies and comes back: the process lives on and heals by itself."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pymongo
import pytest
from greeter.messages import Count, Greet, Greeted, GreetingView, Work

from chassis.queues import dead_letters_of
from chassis.rpc_client import RpcClient, Unavailable
from contracts.base import Done
from contracts.errors import Kind, ProblemError
from local_platform.observing import eventually, fetched, readiness
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo

HANDLERS = ("greeter.on_greeted", "greeter.on_missed", "greeter.sessions.on_session_revoked")


async def _on_disk(broker: RabbitMQ) -> None:
    await eventually(lambda: all(broker.has_on_disk(dead_letters_of(handler)) for handler in HANDLERS))  # each one's last queue


async def _answered(rpc: RpcClient) -> bool:
    try:
        return (await rpc.call(Greet(name="Ada"), timeout=2)).text == "hello Ada"
    except ProblemError:
        return False


async def test_the_broker_is_killed_and_comes_back(
    run_service: RunService, own_broker: RabbitMQ, own_rpc: RpcClient, mongo_url: str
) -> None:
    service = run_service("greeter", GREETER_AMQP_URL=own_broker.url)
    process = service.process.pid
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        seen = client[service.database]["seen"]
        await _on_disk(own_broker)
        working = asyncio.create_task(own_rpc.call(Work(name="cut off", seconds=4.0)))
        await eventually(lambda: seen.count_documents({"name": "cut off", "what": "begun"}))
        own_broker.kill()
        with pytest.raises(Unavailable):
            await working
        await eventually(lambda: seen.count_documents({"name": "cut off", "what": "ended"}))  # its answer finds no broker

        asked = time.monotonic()
        with pytest.raises(Unavailable) as outage:
            await own_rpc.call(Work(name="never", seconds=0), timeout=10)
        assert time.monotonic() - asked < 1
        assert outage.value.problem.retry_after_s == 1

        await eventually(lambda: _lacks(service.health_url, mongo="up", broker="down"))
        assert fetched(f"{service.health_url}/health/live")[0] == 200

        own_broker.start()
        await eventually(lambda: _answered(own_rpc), within=60)
        await eventually(lambda: _ready(service.health_url), within=60)
        async with connected(own_broker.url) as broker:
            await broker.publish(Greeted(name="after"))
            await eventually(lambda: seen.count_documents({"name": "after", "what": "handled"}))
    assert service.process.pid == process
    assert service.process.running


async def test_no_call_hangs_when_the_broker_is_killed_under_load(
    run_service: RunService, own_broker: RabbitMQ, own_rpc: RpcClient, mongo_url: str
) -> None:
    service = run_service("greeter", GREETER_AMQP_URL=own_broker.url)
    await _on_disk(own_broker)
    calls = [asyncio.create_task(own_rpc.call(Greet(name=f"n{number}"), timeout=8)) for number in range(1000)]
    await eventually(lambda: any(call.done() for call in calls))
    await asyncio.to_thread(own_broker.kill)
    outcomes = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), timeout=15)
    refusals = [outcome.problem.kind for outcome in outcomes if isinstance(outcome, ProblemError)]
    answers = [outcome for outcome in outcomes if isinstance(outcome, GreetingView)]
    assert len(answers) + len(refusals) == 1000
    assert answers
    assert set(refusals) == {Kind.UNAVAILABLE}
    assert service.process.running


async def test_events_that_failed_survive_a_broker_that_is_killed(run_service: RunService, own_broker: RabbitMQ, mongo_url: str) -> None:
    service = run_service("greeter", GREETER_AMQP_URL=own_broker.url, GREETER_RETRY_TIERS_S="[3, 0.1]")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        seen = client[service.database]["seen"]
        await _on_disk(own_broker)
        async with connected(own_broker.url) as broker:
            for number in range(20):
                await broker.publish(Greeted(name=f"n{number}", fails=1))
            await eventually(lambda: service.log.count("event_failed") == 20)
        own_broker.kill()
        own_broker.start()
        await eventually(lambda: len(seen.distinct("name", {"what": "handled"})) == 20, within=40)
        assert seen.count_documents({"what": "handled"}) == 20


async def test_a_stop_while_the_broker_is_away_is_clean(run_service: RunService, own_broker: RabbitMQ) -> None:
    service = run_service("greeter", GREETER_AMQP_URL=own_broker.url)
    own_broker.kill()
    await eventually(lambda: _unready(service.health_url))
    service.stop()
    assert service.process.status == 0


async def test_the_database_is_killed_and_comes_back(run_service: RunService, own_mongo: Mongo, rpc: RpcClient) -> None:
    service = run_service("greeter", GREETER_MONGO_URL=own_mongo.url)
    assert (await rpc.call(Count(name="Ada"))).text == "0"
    own_mongo.kill()
    await eventually(lambda: _lacks(service.health_url, mongo="down", broker="up"))
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(Count(name="Ada"), timeout=20)
    problem = refusal.value.problem
    assert (problem.kind, problem.code, problem.retry_after_s) == (Kind.UNAVAILABLE, "greeter_log.unavailable", 1)
    own_mongo.start()
    await eventually(lambda: _ready(service.health_url))
    assert await rpc.call(Work(name="again", seconds=0)) == Done()


async def _ready(health_url: str) -> bool:
    return (await readiness(health_url))[0] == 200


async def _lacks(health_url: str, **dependencies: str) -> bool:
    return await readiness(health_url) == (503, {"status": "unavailable", "dependencies": dependencies})


async def _unready(health_url: str) -> tuple[int, dict[str, Any]] | None:
    status, report = await readiness(health_url)
    return (status, report) if status == 503 else None
