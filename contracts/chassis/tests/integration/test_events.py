"""Event handlers: once each, tried again in tiers, and never lost."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest
from greeter.messages import Count, Greeted, Missed, Record

from chassis.rpc_client import RpcClient
from local_platform.observing import eventually, metric
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunningService, RunRelay, RunService

SHORT_TIERS = {"GREETER_RETRY_TIERS_S": "[0.1, 0.2]"}
HANDLED = 'openchance_events_total{{outcome="{}",service="greeter",type="greeter.greeted.v1"}}'


def rows(service: RunningService, mongo_url: str, **query: Any) -> list[dict[str, Any]]:
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        return list(client[service.database]["seen"].find(query))


def letters(service: RunningService, mongo_url: str) -> list[dict[str, Any]]:
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        return list(client[service.database]["dead_letters"].find({}))


async def test_an_event_is_handled_once_however_often_it_arrives(run_service: RunService, amqp_url: str, mongo_url: str) -> None:
    service = run_service("greeter")
    async with connected(amqp_url) as broker:
        event_id = await broker.publish(Greeted(name="Ada"), sequence=7)
        await broker.publish(Greeted(name="Ada"), event_id=event_id, sequence=7)

        async def both_taken() -> bool:
            done = [await metric(service.health_url, HANDLED.format(outcome)) for outcome in ("ok", "duplicate")]
            return done == [1, 1]

        await eventually(both_taken)
    (row,) = rows(service, mongo_url, what="handled")
    assert (row["event_id"], row["sequence"]) == (event_id, 7)


async def test_a_handler_that_fails_is_tried_again_later(run_service: RunService, amqp_url: str, mongo_url: str) -> None:
    service = run_service("greeter", **SHORT_TIERS)
    async with connected(amqp_url) as broker:
        await broker.publish(Greeted(name="Ada", fails=2))
        await eventually(lambda: rows(service, mongo_url, what="handled"))
    assert letters(service, mongo_url) == []
    assert await metric(service.health_url, HANDLED.format("retried")) == 2


async def test_a_handler_that_never_succeeds_leaves_a_dead_letter(run_service: RunService, amqp_url: str, mongo_url: str) -> None:
    service = run_service("greeter", **SHORT_TIERS)
    async with connected(amqp_url) as broker:
        poison = await broker.publish(Greeted(name="Ada", fails=100))
        sound = await broker.publish(Greeted(name="Bob"))
        (letter,) = await eventually(lambda: letters(service, mongo_url))
        await eventually(lambda: rows(service, mongo_url, event_id=sound))
    assert (letter["event_id"], letter["queue"], letter["attempts"]) == (poison, "greeter.on_greeted", 3)
    assert letter["error"] == "RuntimeError: failure 3 of 100"
    assert letter["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert "in see" in letter["traceback"]
    assert letter["first_failed_at"] < letter["last_failed_at"]
    assert Greeted.model_validate_json(bytes(letter["body"])) == Greeted(name="Ada", fails=100)
    assert rows(service, mongo_url, event_id=poison) == []


async def test_an_event_whose_takers_lost_the_broker_again_and_again_is_handled_all_the_same(
    run_service: RunService, amqp_url: str, mongo_url: str
) -> None:
    """The broker counts broken connections towards its delivery limit: the event leaves the queue before that is reached."""
    service = run_service("greeter", **SHORT_TIERS)
    service.stop()
    async with connected(amqp_url) as broker:
        event_id = await broker.publish(Greeted(name="Ada"))
        for _ in range(7):
            await take_and_vanish(amqp_url, "greeter.on_greeted")
        service.restart()
        await eventually(lambda: rows(service, mongo_url, event_id=event_id))
        assert await broker.take("greeter.on_greeted.dead") is None
    assert "handed out 7 times" in service.log


async def take_and_vanish(amqp_url: str, queue: str) -> None:
    async with connected(amqp_url) as other:
        found = await other.channel.get_queue(queue)
        await eventually(lambda: found.get(no_ack=False, fail=False))


@pytest.mark.parametrize("body", [b"{", b'{"name": 17}'])
async def test_an_event_that_cannot_be_read_is_a_dead_letter_at_once(
    run_service: RunService, amqp_url: str, mongo_url: str, body: bytes
) -> None:
    service = run_service("greeter")
    async with connected(amqp_url) as broker:
        event_id = await broker.publish(Greeted(name="Ada"), body=body)
        (letter,) = await eventually(lambda: letters(service, mongo_url))
    assert (letter["event_id"], bytes(letter["body"])) == (event_id, body)


async def test_a_handler_may_wait_for_what_has_not_arrived_yet(
    run_service: RunService, amqp_url: str, mongo_url: str, rpc: RpcClient
) -> None:
    service = run_service("greeter", GREETER_RETRY_TIERS_S="[0.1,0.1,0.2,0.5,1,1,1,1,1,1,1,1,1,1]")
    async with connected(amqp_url) as broker:
        await broker.publish(Missed(name="Ada"))
        await eventually(lambda: "event_waits" in service.log)
        await rpc.call(Record(name="Ada"))
        await eventually(lambda: rows(service, mongo_url, name="Ada", what="awaited"))
    assert "event_failed" not in service.log


async def test_a_command_and_its_event_have_one_effect_each(
    run_service: RunService, relay: RunRelay, mongo_url: str, rpc: RpcClient
) -> None:
    service = run_service("greeter")
    relay({"greeter": service.database})
    await rpc.call(Record(name="Ada"), idempotency_key="k")
    await rpc.call(Record(name="Ada"), idempotency_key="k")
    await rpc.call(Record(name="Bob"))
    await eventually(lambda: rows(service, mongo_url, name="Bob", what="handled"))
    await eventually(lambda: rows(service, mongo_url, name="Ada", what="handled"))
    assert len(rows(service, mongo_url, what="handled")) == 2
    assert (await rpc.call(Count(name="Ada"))).text == "1"
