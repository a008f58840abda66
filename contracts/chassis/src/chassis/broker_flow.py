"""Whether the broker takes messages (with its memory or disk nearly full it stops reading from those who publish) and still answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from aio_pika.abc import AbstractConnection

from chassis.broker_link import broker_errors

_LOOKS = 5  # at what a broker said, in the time after which it is taken for gone


@dataclass(slots=True)
class Answers:
    """What a broker owes somebody who publishes, and how often it said something."""

    due: int = 0
    heard: int = 0

    async def stopped(self, closed: asyncio.Event, takes: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """Wait for the end of the connection. True: the broker said nothing for so long though something was due; False: it was closed.

        It is looked at in steps, and those are counted: an event loop that was held up does not take its own silence for the broker's.
        """
        heard, silent = self.heard, 0
        while not await within(seconds / _LOOKS, closed):
            if not self.due or self.heard != heard or not await takes():
                heard, silent = self.heard, 0
                continue
            silent += 1
            if silent > _LOOKS:
                return True
        return False


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event has happened, after waiting for it so long at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def takes_messages(connection: AbstractConnection) -> bool:
    """False while the broker has told this connection that it is blocked (connection.blocked, an extension of AMQP).

    Raises:
        BrokerLost: it was closed meanwhile.
    """
    if connection.transport is None:
        return True  # it is closed, which whoever publishes finds out
    with broker_errors():
        try:
            async with asyncio.timeout(0):
                await connection.transport.connection.ready()
        except TimeoutError:
            return False
    return True
