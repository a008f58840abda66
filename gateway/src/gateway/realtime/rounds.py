"""What is done again and again beside the sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do it, each time so long after the last, until this task is cancelled: also where that comes while the client library of Redis
    waits, which can take a cancellation for an answer and go on."""
    task = asyncio.current_task()
    while task is not None and not task.cancelling():
        await asyncio.sleep(seconds)
        await work()
