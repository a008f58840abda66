"""Publishing events as the relay does, and looking into queues."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from amqp.exceptions import NotFound
from kombu import Connection

from contracts.base import Event
from local_platform.observing import wait_until


@dataclass
class Broker:
    """A connection of the test's own."""

    channel: AbstractChannel

    async def publish(self, event: Event, *, event_id: str | None = None, sequence: int = 1, body: bytes | None = None) -> str:
        """Publish with CloudEvents headers; returns the event's id."""
        event_id = event_id or uuid.uuid4().hex
        exchange = await self.channel.declare_exchange(f"{event.source}.events", aio_pika.ExchangeType.TOPIC, durable=True)
        attributes = {
            "specversion": "1.0",
            "id": event_id,
            "source": event.source,
            "type": event.type(),
            "subject": event.subject,
            "sequence": str(sequence),
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        }
        message = aio_pika.Message(
            body if body is not None else event.model_dump_json().encode(),
            content_type="application/json",
            headers={f"cloudEvents_{name}": value for name, value in attributes.items()},
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await exchange.publish(message, event.type(), mandatory=True)
        return event_id

    async def take(self, queue: str) -> AbstractIncomingMessage | None:
        """The next message of a queue, None when it is empty."""
        found = await self.channel.get_queue(queue)
        return await found.get(no_ack=True, fail=False)


@asynccontextmanager
async def connected(amqp_url: str) -> AsyncIterator[Broker]:
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        yield Broker(await connection.channel(on_return_raises=True))


def empty_queues(amqp_url: str, names: Iterable[str]) -> None:
    """Drops what waits in those of these queues that stand, once nobody consumes them.

    The broker learns a moment later that a consumer has ended, and only then returns to the queue what it held.
    """
    with Connection(amqp_url, connect_timeout=5) as connection:
        channel = connection.channel()

        def unattended(queue: str) -> bool:
            return bool(channel.queue_declare(queue, passive=True).consumer_count == 0)

        for name in names:
            try:
                wait_until(partial(unattended, name))
                channel.queue_purge(name)
            except NotFound:  # the broker has closed the channel
                channel = connection.channel()
