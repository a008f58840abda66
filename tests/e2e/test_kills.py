"""kill -9 of any one process in the middle of the journey, and a restart: the journey ends the same."""

from __future__ import annotations

import asyncio

import pytest

from local_platform.launch import SERVICES
from local_platform.market.client import Market
from local_platform.market.journey import Journey
from local_platform.platform import Platform

DISTURBED = ("escrow_is_funded", "they_chat", "first_milestone")
TARGETS = (*SERVICES, "relay", "gateway-1", "redis", "broker", "mongo")


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("target", TARGETS)
async def test_the_journey_ends_the_same_when_a_process_is_killed(platform: Platform, target: str) -> None:
    disturbances: list[asyncio.Task[None]] = []

    async def kill_and_restart() -> None:
        process = platform.processes[target]
        await asyncio.to_thread(process.kill)
        await asyncio.sleep(0.5)  # how long it is away, not a wait for something
        process.launch()  # from this thread: a process ends with the thread that started it
        await asyncio.to_thread(process.wait_ready)

    async def between(step: str) -> None:
        await asyncio.gather(*disturbances)
        if step in DISTURBED:
            disturbances.append(asyncio.create_task(kill_and_restart()))

    async with Market(platform.gateway_urls, platform.sandbox_url, patience=300) as market:
        try:
            await Journey(market).walk(between)
        finally:
            await asyncio.gather(*disturbances)
