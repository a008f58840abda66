"""Running slow native code beside the event hub, a bounded number at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from chassis.green import eventlet
from contracts.errors import DomainError, HoldsFor, Kind

R = TypeVar("R")
_slots_of_process = 0


class TooManyWaiting(DomainError):
    """Many ask for the same slow work at this moment: try again."""

    kind = Kind.UNAVAILABLE
    code = "chassis.busy"
    retry_after_s = 1

    def __init__(self, holds_for: HoldsFor | None = None) -> None:
        super().__init__()
        self.holds_for = holds_for


class Run(Protocol):
    """Does slow work where it holds nobody up."""

    def __call__(self, work: Callable[[], R]) -> R: ...


class NativeThreads:
    """Work that lets go of the interpreter runs in native threads; the rest of the service goes on meanwhile."""

    def __init__(self, at_once: int, waiting: int | None = None) -> None:
        """`at_once` keeps it from taking all cores and memory: what comes more waits its turn, as long as not more than `waiting` do.

        The process gets as many threads as may run at once and no more: each keeps the memory of the largest work it ever did.
        """
        global _slots_of_process
        _slots_of_process += at_once
        eventlet.tpool.set_num_threads(_slots_of_process)
        self._queue = _Queue(at_once, waiting)

    def __call__(self, work: Callable[[], R]) -> R:
        """Raises:
        TooManyWaiting: nothing was done.
        """
        return self._queue.through(lambda: _in_a_thread(work))

    def lane(self, at_once: int, waiting: int, whose: HoldsFor, rest: float = 0.0) -> Run:
        """A way to these threads for those who may not take them all: they wait in a queue of their own, which lets so many through.

        After each work its place stays empty for `rest` times as long as it took: with 1 the lane takes half of what it could.
        On a busy machine work takes longer, and so does the rest.
        """
        queue = _Queue(at_once, waiting, whose, rest)

        def run(work: Callable[[], R]) -> R:
            return queue.through(lambda: self._queue.through_unasked(lambda: _in_a_thread(work)))

        return run


class _Queue:
    """Lets so many through at once."""

    def __init__(self, at_once: int, waiting: int | None, whose: HoldsFor | None = None, rest: float = 0.0) -> None:
        self._whose, self._rest = whose, rest
        self._slots = eventlet.Semaphore(at_once)
        self._admitted = None if waiting is None else at_once + waiting
        self._inside = 0

    def through(self, work: Callable[[], R]) -> R:
        """Raises:
        TooManyWaiting.
        """
        if self._admitted is not None and self._inside >= self._admitted:
            raise TooManyWaiting(self._whose)
        self._inside += 1
        try:
            return self.through_unasked(work)
        finally:
            self._inside -= 1

    def through_unasked(self, work: Callable[[], R]) -> R:
        """However many wait."""
        self._slots.acquire()
        began = time.monotonic()
        try:
            return work()
        finally:
            if self._rest:
                eventlet.spawn_after(self._rest * (time.monotonic() - began), self._slots.release)
            else:
                self._slots.release()


def _in_a_thread(work: Callable[[], R]) -> R:
    result: R = eventlet.tpool.execute(work)
    return result
