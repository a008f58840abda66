"""What is done again and again ends when it is told to."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from gateway.rounds import Rounds


async def test_a_cancellation_that_somebody_swallows_ends_the_rounds_all_the_same() -> None:
    waiting = asyncio.Event()

    async def swallow() -> None:
        waiting.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    rounds = Rounds("rounds", 0.0, swallow)
    await rounds.start()
    await waiting.wait()
    async with asyncio.timeout(5):
        await rounds.stop()
    assert "rounds" not in {task.get_name() for task in asyncio.all_tasks()}
