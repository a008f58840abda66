"""`python -m unsafe <safeguard> <module> …` runs a program of ours with one safeguard switched off, to see that the checker tells.

None of this can be switched on in the product: it replaces parts of the chassis in this process before the program starts.
"""

from __future__ import annotations

import runpy
import sys
import time
from collections.abc import Callable
from typing import Any

_BETWEEN_STATE_AND_EVENTS_S = 0.25


def none() -> None:
    """Every safeguard is on; for the comparison."""


def inbox() -> None:
    """An event that comes twice is handled twice."""
    from chassis import inbox as safeguard

    safeguard.take = lambda *_: None  # type: ignore[assignment]


def confirms() -> None:
    """The relay takes a row for sent when it has written it into its socket."""
    import aio_pika

    channel_of = aio_pika.Connection.channel

    def unconfirmed(self: Any, *_: object, **__: object) -> Any:
        return channel_of(self, publisher_confirms=False)

    aio_pika.Connection.channel = unconfirmed  # type: ignore[method-assign, assignment]


def fencing() -> None:
    """A relay that was away longer than its lease goes on as if it held it still."""
    from chassis import lease

    lease.Holding.check = lambda self: None  # type: ignore[method-assign]
    lease.Holding.mine = lambda self: {"_id": self._name}  # type: ignore[method-assign]


def unit_of_work() -> None:
    """State, events and answer are written one by one as they come."""
    from pymongo.client_session import ClientSession

    ClientSession.start_transaction = lambda self, *_, **__: None  # type: ignore[method-assign, assignment, misc]
    ClientSession.commit_transaction = lambda self: None  # type: ignore[method-assign]


SAFEGUARDS: dict[str, Callable[[], None]] = {switch.__name__: switch for switch in (none, inbox, confirms, fencing, unit_of_work)}


def _widen_window() -> None:
    """The same for every safeguard and for none: a kill between state and events, which a crash would find in time, is found in seconds."""
    from chassis.mongo import MongoUnitOfWork

    write = MongoUnitOfWork._write_outbox

    def late(self: MongoUnitOfWork) -> None:
        if self._outbox._rows:
            time.sleep(_BETWEEN_STATE_AND_EVENTS_S)
        write(self)

    MongoUnitOfWork._write_outbox = late  # type: ignore[method-assign]


def main() -> None:
    safeguard, module, *arguments = sys.argv[1:]
    if module == "chassis.runner":
        from chassis.green import eventlet

        eventlet.monkey_patch()  # before anything else is imported, as the runner does
        _widen_window()
    SAFEGUARDS[safeguard]()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
