"""Notices that an event loop did not run for a while, and names the code that held it up."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import FrameType, ModuleType
from typing import Any, Protocol

import orjson
from prometheus_client import REGISTRY, CollectorRegistry, Histogram

_LOOKS = 4  # a threshold
_FRAMES = 12


def stall_seconds(registry: CollectorRegistry = REGISTRY) -> Histogram:
    """The metric of a process's stalls, made once where the process starts."""
    return Histogram(
        "openchance_event_loop_stall_seconds",
        "How long the event loop did not run, where that is longer than it may be.",
        buckets=(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
        registry=registry,
    )


class Seconds(Protocol):
    """A histogram of Prometheus."""

    def observe(self, amount: float) -> None: ...


def _to_standard_output(line: bytes) -> None:
    os.write(sys.stdout.fileno(), line)


class StallWatch:
    """Watches the loop of the thread that starts it: asyncio's, or eventlet's hub.

    The loop calls `beat` again and again; a native thread sees when it does not. It writes its line by itself, past the
    logging module: what the loop is stuck in may be the log, and under eventlet its locks are not for other threads.
    It writes while the loop is stuck, so that one which never comes back is named too; how long it took is measured after.
    """

    def __init__(
        self,
        threshold_s: float,
        seconds: Seconds,
        *,
        service: str,
        threads: ModuleType = threading,
        write: Callable[[bytes], None] = _to_standard_output,
    ) -> None:
        """`threads` is the module that makes native threads, where `threading` has been patched."""
        self._threshold_s = threshold_s
        self._seconds = seconds
        self._service = service
        self._threads: Any = threads
        self._write = write
        self._stopped = self._threads.Event()
        self._beaten = time.monotonic()

    @property
    def beat_every_s(self) -> float:
        return self._threshold_s / _LOOKS

    def start(self) -> None:
        """Begin to watch the thread that calls this."""
        self._watched = self._threads.get_ident()
        self._beaten = time.monotonic()
        self._threads.Thread(target=self._watch, name="stall-watch", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def beat(self) -> None:
        """Called from the loop: it runs."""
        now = time.monotonic()
        stalled = now - self._beaten - self.beat_every_s
        if stalled >= self._threshold_s:
            self._seconds.observe(stalled)
        self._beaten = now

    def _watch(self) -> None:
        told = 0.0
        while not self._stopped.wait(self.beat_every_s):
            beaten = self._beaten
            if time.monotonic() - beaten - self.beat_every_s >= self._threshold_s and beaten != told:
                told = beaten
                frame = sys._current_frames().get(self._watched)
                if frame is not None:
                    self._write(self._line(frame))

    def _line(self, frame: FrameType) -> bytes:
        event = {
            "event": "event_loop_stalled",
            "level": "warning",
            "logger": __name__,
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "service": self._service,
            "longer_than_s": self._threshold_s,
            "file": frame.f_code.co_filename,
            "line": frame.f_lineno,
            "function": frame.f_code.co_name,
            "stack": _callers(frame),
        }
        return orjson.dumps(event) + b"\n"


def _callers(frame: FrameType | None) -> list[str]:
    """The frame and those that called it, the innermost first; no values, which may be secrets."""
    names: list[str] = []
    while frame is not None and len(names) < _FRAMES:
        names.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return names


@asynccontextmanager
async def watched(watch: StallWatch) -> AsyncIterator[None]:
    """Watch the running asyncio loop meanwhile."""

    async def follow() -> None:
        while True:
            watch.beat()
            await asyncio.sleep(watch.beat_every_s)

    watch.start()
    following = asyncio.create_task(follow(), name="stall-watch")
    try:
        yield
    finally:
        following.cancel()
        watch.stop()
