"""A service that has events to catch up with answers meanwhile, and stops without working off all of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pymongo
from greeter.messages import Greet, Greeted

from chassis.rpc_client import RpcClient
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService

WAITING = 500  # events
TAKES_S = 0.05


async def test_requests_are_answered_while_a_backlog_is_worked_off(
    run_service: RunService, amqp_url: str, mongo_url: str, rpc: RpcClient
) -> None:
    service = await asyncio.to_thread(run_service, "greeter", GREETER_MAX_WORKERS="4")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        seen = client[service.database]["seen"]

        def handled() -> int:
            return seen.count_documents({"what": "handled"})

        async with connected(amqp_url) as broker:
            names = [f"n{number}" for number in range(WAITING)]
            await asyncio.gather(*(broker.publish(Greeted(name=name, takes_s=TAKES_S)) for name in names))
            await eventually(lambda: handled() > 0)
            answers = await asyncio.gather(*(rpc.call(Greet(name="Ada")) for _ in range(20)))
            assert {answer.text for answer in answers} == {"hello Ada"}
            assert handled() < WAITING, "it had nothing else to do"

            await asyncio.to_thread(service.stop)
            assert handled() < WAITING, "it worked off all of them before it stopped"
            await asyncio.to_thread(service.process.start)
            await eventually(lambda: handled() == WAITING, 60)
        assert sorted(seen.distinct("name", {"what": "handled"})) == sorted(names)
