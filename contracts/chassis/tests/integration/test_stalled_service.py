"""A service whose event hub is held up says by what."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from greeter.messages import Block, Work

from chassis.rpc_client import RpcClient
from local_platform.observing import eventually, metric
from local_platform.pytest_plugin import RunService

STALLS = "openchance_event_loop_stall_seconds_count"


async def test_what_blocks_the_hub_is_named_once_and_what_waits_is_not(run_service: RunService, rpc: RpcClient) -> None:
    service = await asyncio.to_thread(run_service, "greeter", GREETER_STALL_THRESHOLD_S="0.5")
    before = await metric(service.health_url, STALLS)
    await rpc.call(Work(name="patient", seconds=1.2))
    await rpc.call(Block(seconds=1.5))
    stalls = [json.loads(line) for line in service.log.splitlines() if '"event_loop_stalled"' in line]
    (blocked,) = [stall for stall in stalls if stall["function"] == "block"]
    assert blocked["file"].endswith("greeter/wiring.py")
    assert blocked["line"] > 0
    assert blocked["longer_than_s"] == 0.5
    assert (blocked["service"], blocked["level"]) == ("greeter", "warning")
    assert "service.py" in blocked["stack"][1]
    assert not [stall for stall in stalls if any(frame.endswith(" work") and "wiring" in frame for frame in stall["stack"])]
    assert await metric(service.health_url, STALLS) > before


async def test_a_start_is_no_stall(run_service: RunService, rpc: RpcClient) -> None:
    """The imports of a start alone hold up the loop for longer than this threshold."""
    service = await asyncio.to_thread(run_service, "greeter", GREETER_STALL_THRESHOLD_S="0.01")

    def stalls() -> list[dict[str, Any]]:
        return [json.loads(line) for line in service.log.splitlines() if '"event_loop_stalled"' in line]

    async def told() -> bool:
        await rpc.call(Block(seconds=0.1))
        return any(stall["function"] == "block" for stall in stalls())

    await eventually(told)  # a machine that pauses just before it blocks has another line named
    starting = [frame for stall in stalls() for frame in stall["stack"] if frame.endswith(" start") and "chassis/runner.py" in frame]
    assert starting == []
