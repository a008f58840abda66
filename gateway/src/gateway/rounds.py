"""What is done again and again beside the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Rounds:
    """Does something at once, and each time so long after the last, until it is stopped.

    It ends also where that comes while the client library of Redis waits, which can take a cancellation for an answer and go on.
    """

    def __init__(self, name: str, every_s: float, work: Callable[[], Awaitable[None]]) -> None:
        """`name`: the task's. `work` raises nothing: it would be the last round."""
        self._name, self._every_s, self._work = name, every_s, work
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._go(), name=self._name)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go(self) -> None:
        task = asyncio.current_task()
        await self._work()
        while task is not None and not task.cancelling():
            await asyncio.sleep(self._every_s)
            await self._work()
