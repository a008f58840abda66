"""What is done again and again ends when it is told to."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from gateway.realtime.rounds import every


async def test_a_cancellation_that_somebody_swallows_ends_the_rounds_all_the_same() -> None:
    waiting = asyncio.Event()

    async def swallow() -> None:
        waiting.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    rounds = asyncio.create_task(every(0.0, swallow))
    await waiting.wait()
    rounds.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(rounds, return_exceptions=True)
    assert rounds.done()
