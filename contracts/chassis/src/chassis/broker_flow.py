"""Whether the broker takes messages: with its memory or disk nearly full it stops reading from those who publish."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractConnection


async def takes_messages(connection: AbstractConnection) -> bool:
    """False while the broker has told this connection that it is blocked (connection.blocked, an extension of AMQP)."""
    if connection.transport is None:
        return True  # it is closed, which whoever publishes finds out
    try:
        async with asyncio.timeout(0):
            await connection.transport.connection.ready()
    except TimeoutError:
        return False
    return True
