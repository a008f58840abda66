"""Running slow native code beside the event hub, a bounded number at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chassis.green import eventlet
from contracts.errors import DomainError, Kind, Problem

R = TypeVar("R")
_slots_of_process = 0


class TooManyWaiting(DomainError):
    """Many ask for the same slow work at this moment: try again."""

    kind = Kind.UNAVAILABLE
    code = "chassis.busy"

    def problem(self) -> Problem:
        return super().problem().model_copy(update={"retry_after_s": 1})


class NativeThreads:
    """Work that lets go of the interpreter runs in native threads; the rest of the service goes on meanwhile."""

    def __init__(self, at_once: int, waiting: int | None = None) -> None:
        """`at_once` keeps it from taking all cores and memory: what comes more waits its turn, as long as not more than `waiting` do.

        The process gets as many threads as may run at once and no more: each keeps the memory of the largest work it ever did.
        """
        global _slots_of_process
        _slots_of_process += at_once
        eventlet.tpool.set_num_threads(_slots_of_process)
        self._slots = eventlet.Semaphore(at_once)
        self._admitted = None if waiting is None else at_once + waiting
        self._inside = 0

    def __call__(self, work: Callable[[], R]) -> R:
        """Raises:
        TooManyWaiting: nothing was done.
        """
        if self._admitted is not None and self._inside >= self._admitted:
            raise TooManyWaiting
        self._inside += 1
        try:
            with self._slots:
                result: R = eventlet.tpool.execute(work)
                return result
        finally:
            self._inside -= 1
