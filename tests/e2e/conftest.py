"""One platform for all end-to-end tests of a session: real processes, two gateways; tests go through the gateways alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from local_platform.market.client import Market
from local_platform.market.journey import Journey
from local_platform.platform import Platform

sys.path.insert(0, str(Path(__file__).parents[2] / "gateway" / "tests"))  # for the package gateway_fakes


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # A whole session's people come from one address: the limits by address are tested in the gateway, not met here by accident.
    limits = {"GATEWAY_RATE_LIMITS": '{"auth": "6000/60", "sign_up": "6000/60", "write": "6000/60", "read": "12000/60"}'}
    behind = {"GATEWAY_TRUSTED_PROXIES": "1"}  # tests may say in X-Forwarded-For where a client is
    running = Platform(Path(tmp_path_factory.mktemp("platform")), gateways=2, environment=limits | behind)
    running.start()
    yield running
    running.stop()


@pytest_asyncio.fixture
async def market(platform: Platform) -> AsyncIterator[Market]:
    async with Market(platform.gateway_urls, platform.sandbox_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def journey(market: Market) -> Journey:
    """A journey of the test's own, nothing walked yet."""
    return Journey(market)


@pytest.fixture
def walk_until():
    """`await walk_until(journey, "escrow_is_funded")`: every step before that one."""

    async def walk(journey: Journey, step: str) -> None:
        for each in journey.steps():
            if each.__name__ == step:
                return
            await each()
        raise AssertionError(f"no step {step}")

    return walk


@pytest.fixture
def at_once():
    """Run coroutines side by side and give their answers."""

    async def run(*coroutines):
        return await asyncio.gather(*coroutines)

    return run
