"""SIGTERM: what is in flight is finished here and nowhere else."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pymongo
import pytest
from greeter.messages import Greet, Work

from chassis.rpc_client import RpcClient
from contracts.base import Done
from local_platform.observing import eventually, readiness
from local_platform.pytest_plugin import RunService


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_finishes_what_is_in_flight(run_service: RunService, rpc: RpcClient, mongo_url: str, how: signal.Signals) -> None:
    first = run_service("greeter")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        seen = client[first.database]["seen"]
        working = asyncio.create_task(rpc.call(Work(name="long", seconds=6.0), timeout=40))
        await eventually(lambda: seen.count_documents({"name": "long", "what": "begun"}))
        run_service("greeter", database=first.database)
        assert first.process.pid is not None
        os.kill(first.process.pid, how)
        status, report = await eventually(lambda: _not_ready(first.health_url))
        assert (status, report["status"]) == (503, "stopping")
        assert await working == Done()
        assert (await rpc.call(Greet(name="Ada"))).text == "hello Ada"
        await eventually(lambda: not first.process.running)
        assert first.process.status == 0
        assert [row["what"] for row in seen.find({"name": "long"})] == ["begun", "ended"]


async def _not_ready(health_url: str) -> tuple[int, dict[str, Any]] | None:
    status, report = await readiness(health_url)
    return (status, report) if status == 503 else None


async def test_a_timer_that_fails_goes_on_until_the_stop(run_service: RunService, mongo_url: str) -> None:
    service = run_service("greeter")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        ticks = client[service.database]["seen"]
        await eventually(lambda: ticks.count_documents({"what": "tick"}) >= 3)
    service.stop()
    assert service.process.status == 0
    assert "timer_failed" in service.log
