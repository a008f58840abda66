"""A process that is told to end itself at a crash point, or the test's own code that ends there, and what it leaves behind."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from chassis import crash_points
from local_platform.databases import end_transactions
from local_platform.errors import NotReady
from local_platform.observing import eventually
from local_platform.processes import LocalProcess

_PATIENCE_S = 60.0


class Doomed:
    """A process that ends at one crash point after another, and comes back after each."""

    def __init__(self, process: LocalProcess, variable: str, mongo_url: str) -> None:
        """`variable`: what its environment calls the crash point (GREETER_CRASH_AT); `mongo_url`: the database it works on."""
        self.process = process
        self._variable = variable
        self._mongo_url = mongo_url

    def arm(self, point: str | None) -> None:
        """The point it shall end at once it is started the next time; None for none."""
        if point is None:
            self.process.env.pop(self._variable, None)
        else:
            self.process.env[self._variable] = point

    async def begin(self, point: str) -> None:
        """Start it, to end at this point: it may have got there, or else be ready, when this returns."""
        self.arm(point)
        await asyncio.to_thread(self.process.launch)
        await eventually(self._ready_or_dead, within=_PATIENCE_S)

    def _ready_or_dead(self) -> bool:
        try:
            return self.process.is_ready()
        except NotReady:
            return True

    async def died(self) -> None:
        """Wait for its end, and end its transactions. Fails when it does not end, or ends by itself."""
        await eventually(lambda: not self.process.running, within=_PATIENCE_S)
        assert self.process.status == -signal.SIGKILL, f"ended with {self.process.status}: {self.process.last_words()}"
        await asyncio.to_thread(end_transactions, self._mongo_url)

    async def revive(self) -> None:
        """Start it again, to live, and wait until it is ready."""
        self.arm(None)
        await asyncio.to_thread(self.process.start)


class _Dead(BaseException):
    """Nothing catches it, as nothing catches the end of a process."""


@contextmanager
def dying_at(point: str) -> Iterator[None]:
    """What runs within ends at this crash point, or at `<point>:<n>`, in this process. Fails when it does not get there."""

    def die() -> NoReturn:
        raise _Dead

    crash_points.arm(point, die)
    try:
        yield
    except _Dead:
        return
    finally:
        crash_points.arm(None)
    raise AssertionError(f"{point} was not reached")
