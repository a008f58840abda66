"""What holds up an asyncio loop is named while it does, and measured when it is over."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field

import orjson

from chassis.stalls import StallWatch, watched


@dataclass
class Told:
    """What was written and measured."""

    lines: list[bytes] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    written: threading.Event = field(default_factory=threading.Event)

    def write(self, line: bytes) -> None:
        self.lines.append(line)
        self.written.set()

    def observe(self, amount: float) -> None:
        self.seconds.append(amount)


def blocking_code(told: Told) -> None:
    """Holds up the loop until the watch has said so: it must not wait for the loop to come back."""
    assert told.written.wait(10)


async def test_the_blocking_frame_is_named_while_it_blocks_and_once() -> None:
    told = Told()
    watch = StallWatch(0.1, told, service="test", write=told.write)
    async with watched(watch):
        watch.beat()
        blocking_code(told)
        time.sleep(0.3)  # noqa: ASYNC251 - still the same stall
        lines = list(told.lines)
        await asyncio.sleep(0)
    (line,) = [orjson.loads(line) for line in lines if b"blocking_code" in line]
    assert (line["event"], line["service"], line["longer_than_s"]) == ("event_loop_stalled", "test", 0.1)
    assert any(frame.endswith(" blocking_code") and __file__ in frame for frame in line["stack"])
    assert {"file", "line", "function", "timestamp", "level"} <= line.keys()


async def test_how_long_it_took_is_measured_afterwards() -> None:
    told = Told()
    watch = StallWatch(0.1, told, service="test", write=told.write)
    async with watched(watch):
        watch.beat()
        told.seconds.clear()
        blocking_code(told)
        assert told.seconds == []
        async with asyncio.timeout(10):
            while not told.seconds:  # noqa: ASYNC110 - the loop's own next beat
                await asyncio.sleep(0.01)
    assert told.seconds[0] >= 0.1


async def test_each_stall_is_told() -> None:
    told = Told()
    watch = StallWatch(0.05, told, service="test", write=told.write)
    async with watched(watch):
        for expected in (1, 2):
            await asyncio.sleep(0.1)
            told.written.clear()
            watch.beat()
            blocking_code(told)
            assert len(told.lines) >= expected
