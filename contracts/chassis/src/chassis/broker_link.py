"""A connection to the broker from asyncio: what its errors mean, how it is left, and one that is made anew whenever it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TypeVar

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection

log = structlog.get_logger(__name__)
L = TypeVar("L")
_CONNECT_S = 5.0
_PAUSES_S = (0.1, 0.2, 0.5, 1.0)
_GOODBYE_S = 1.0
_leaving: set[asyncio.Task[None]] = set()


class BrokerLost(Exception):
    """The connection to the broker broke, or was never made: nothing is known of what was not confirmed."""


@contextmanager
def broker_errors() -> Iterator[None]:
    """Whatever the client library makes of a broken connection becomes BrokerLost; that the broker refused a message stays."""
    try:
        yield
    except aio_pika.exceptions.DeliveryError:
        raise
    except (aio_pika.exceptions.AMQPError, OSError, RuntimeError) as error:  # RuntimeError: the channel was closed under a call
        raise BrokerLost(str(error)) from error
    except asyncio.CancelledError:
        # A closing connection cancels what waits for it; that must not pass for a cancellation of this task.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise BrokerLost("the connection was closed") from None


async def leave(connection: AbstractConnection) -> None:
    """Close the connection, in the background if it takes long: one that broke does not always say that it is closed."""
    closing = asyncio.create_task(_close(connection))
    _leaving.add(closing)
    closing.add_done_callback(_leaving.discard)
    await asyncio.wait([closing], timeout=_GOODBYE_S)


async def _close(connection: AbstractConnection) -> None:
    with suppress(BrokerLost), broker_errors():
        await connection.close()


async def kept(
    connect: Callable[[], Awaitable[L]], use: Callable[[L], Awaitable[None]], away: Callable[[Exception, float], None]
) -> NoReturn:
    """Connect, use the connection until it is over, and again: nothing but a cancellation ends that.

    `use` returns when the connection is over, and has left it. `away` is told why one could not be made, and the seconds until the
    next attempt.
    """
    failures = 0
    while True:
        try:
            with broker_errors():
                async with asyncio.timeout(_CONNECT_S):
                    link = await connect()
        except Exception as error:  # whatever it is: who gave up here would hear nothing until the process is started anew
            pause = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
            failures += 1
            away(error, pause)
            await asyncio.sleep(pause)
            continue
        failures = 0
        try:
            with broker_errors():
                await use(link)
        except Exception:
            log.exception("broker_link_failed")
            await asyncio.sleep(_PAUSES_S[0])
