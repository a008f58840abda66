"""Waiting for what other tasks bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

PATIENCE_S = 15.0


async def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until the condition holds, and give its value.

    Raises:
        TimeoutError: it did not in time.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not (value := condition()):  # noqa: ASYNC110 - conditions of all kinds: none has an event to wait for
            await asyncio.sleep(0.01)
    return value
