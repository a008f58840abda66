"""Running slow native code beside the event hub, a bounded number at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from eventlet import tpool
from eventlet.semaphore import Semaphore

R = TypeVar("R")


class NativeThreads:
    """Work that lets go of the interpreter runs in native threads; the rest of the service goes on meanwhile."""

    def __init__(self, at_once: int) -> None:
        """`at_once` keeps it from taking all cores and memory: what comes more waits its turn."""
        self._slots = Semaphore(at_once)

    def __call__(self, work: Callable[[], R]) -> R:
        with self._slots:
            result: R = tpool.execute(work)
            return result
