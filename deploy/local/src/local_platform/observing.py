"""Waiting for a condition with a deadline, and reading what a running service shows of itself."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any


async def eventually(condition: Callable[[], Any | Awaitable[Any]], within: float = 20.0) -> Any:
    """What `condition` gives once that is true. Fails when it is not `within` so many seconds."""
    deadline = time.monotonic() + within
    while True:
        given = condition()
        if inspect.isawaitable(given):
            given = await given
        if given:
            return given
        assert time.monotonic() < deadline, f"not within {within} s; last: {given!r}"
        await asyncio.sleep(0.02)


def wait_until(condition: Callable[[], bool], within: float = 10.0) -> None:
    """`eventually` for tests that are not asynchronous. Raises: AssertionError."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within} s"
        time.sleep(0.02)


def fetched(url: str) -> tuple[int, str]:
    """Status and body; (0, "") when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - always our own loopback address
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""


async def readiness(health_url: str) -> tuple[int, dict[str, Any]]:
    """The status and the report of /health/ready."""
    status, body = await asyncio.to_thread(fetched, f"{health_url}/health/ready")
    return status, json.loads(body) if body else {}


async def metric(health_url: str, sample: str) -> float:
    """The value of a sample, named as Prometheus writes it; 0 before it was ever set."""
    _, body = await asyncio.to_thread(fetched, f"{health_url}/metrics")
    for line in body.splitlines():
        name, _, value = line.rpartition(" ")
        if name == sample:
            return float(value)
    return 0.0
