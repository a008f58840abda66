"""Closed-loop load: so many requests in flight for so many seconds, and what the latencies were."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Ask = Callable[[], Awaitable[None]]
TURNS = 4


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds each; `elapsed` is the time the whole run took."""

    values: Sequence[float]
    elapsed: float

    @property
    def rate(self) -> float:
        return len(self.values) / self.elapsed

    def percentile(self, percent: float) -> float:
        """By the nearest-rank method, in milliseconds."""
        ordered = sorted(self.values)
        return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] * 1000

    def row(self) -> str:
        return f"{self.rate:,.0f} | {self.percentile(50):.1f} | {self.percentile(95):.1f} | {self.percentile(99):.1f}"


async def closed_loop(ask: Ask, in_flight: int, seconds: float) -> Latencies:
    """Repeat `ask` in `in_flight` tasks; the first fifth of the time warms up and is not counted."""
    values: list[float] = []
    began = time.perf_counter()
    counted_from, until = began + seconds / 5, began + seconds

    async def worker() -> None:
        while (sent := time.perf_counter()) < until:
            await ask()
            if sent >= counted_from:
                values.append(time.perf_counter() - sent)

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return Latencies(values, time.perf_counter() - counted_from)


async def by_turns(asks: Sequence[Ask], in_flight: int, seconds: float) -> list[Latencies]:
    """The closed loop of each, as parts that take turns: what else the machine does meanwhile hits all of them alike."""
    parts: list[list[Latencies]] = [[] for _ in asks]
    for _ in range(TURNS):
        for place, ask in enumerate(asks):
            parts[place].append(await closed_loop(ask, in_flight, seconds / TURNS))
    return [Latencies([value for part in own for value in part.values], sum(part.elapsed for part in own)) for own in parts]
