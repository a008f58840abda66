"""Making sure from asyncio that an exchange stands; `chassis.queues` has the same for services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aio_pika
from aio_pika.abc import AbstractChannel


async def ensure_exchange(name: str, open_channel: Callable[[], Awaitable[AbstractChannel]]) -> None:
    """Return when the topic exchange stands: declared where it is missing, which takes a right that asking does not.

    Raises:
        aio_pika.exceptions.AMQPError: it is missing, and this user may not declare it; or the connection broke.
    """
    asking = await open_channel()
    try:
        await asking.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True, passive=True)
    except aio_pika.exceptions.ChannelNotFoundEntity:  # the broker has closed the channel
        declaring = await open_channel()
        await declaring.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True)
        await declaring.close()
    else:
        await asking.close()
