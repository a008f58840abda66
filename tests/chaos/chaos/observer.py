"""A durable queue bound to every event exchange: what was on the wire, in order, and now and then a second time."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Sequence

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from chaos.history import History
from chassis.broker_link import BrokerLost, broker_errors

QUEUE = "chaos.observer"
_UP_WITHIN_S = 300.0  # the broker starts meanwhile
_REMEMBERED = 200  # of those that may be sent again


class Observer:
    """Writes every event it gets into the history; comes back by itself when the broker was away."""

    def __init__(self, amqp_url: str, sources: Sequence[str], history: History) -> None:
        self._url = amqp_url
        self._exchanges = [*(f"{source}.events" for source in sources)]
        self._history = history
        self._recent: deque[AbstractIncomingMessage] = deque(maxlen=_REMEMBERED)
        self._task: asyncio.Task[None] | None = None
        self.last_seen = 0.0
        self.seen = 0

    async def start(self) -> None:
        """Returns when the queue is there: what is published from now on is not missed."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._observe(ready))
        await asyncio.wait_for(ready.wait(), _UP_WITHIN_S)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def repeat(self, events: int) -> None:
        """Publish copies of some of the last events, as a publisher does that heard no confirmation."""
        copies = list(self._recent)[-events:]
        with contextlib.suppress(aio_pika.exceptions.AMQPError, OSError, TimeoutError, RuntimeError):
            async with asyncio.timeout(10), await aio_pika.connect(self._url) as connection:
                channel = await connection.channel(publisher_confirms=True)
                for message in copies:
                    copy = aio_pika.Message(
                        message.body,
                        headers=message.headers,
                        content_type=message.content_type,
                        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                        message_id=message.message_id,
                        type=message.type,
                    )
                    # Before it is sent: it may be seen before its confirmation is.
                    self._history.add("repeated", id=message.message_id)
                    exchange = await channel.get_exchange(message.exchange or "", ensure=False)
                    await exchange.publish(copy, message.routing_key or "", mandatory=False)

    async def _observe(self, ready: asyncio.Event) -> None:
        while True:
            with contextlib.suppress(BrokerLost), broker_errors():
                async with asyncio.timeout(10):
                    connection = await aio_pika.connect(self._url, heartbeat=10)
                async with connection:
                    channel = await connection.channel()
                    await channel.set_qos(prefetch_count=500)
                    queue = await channel.declare_queue(QUEUE, durable=True)
                    for name in self._exchanges:
                        await queue.bind(await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True), "#")
                    closed = asyncio.Event()
                    connection.close_callbacks.add(lambda *_, closed=closed: closed.set())
                    channel.close_callbacks.add(lambda *_, closed=closed: closed.set())
                    await queue.consume(self._take)
                    ready.set()
                    await closed.wait()
            await asyncio.sleep(0.3)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        headers = message.headers
        body = json.loads(message.body)
        self._history.add(
            "seen",
            id=headers["cloudEvents_id"],
            type=headers["cloudEvents_type"],
            source=headers["cloudEvents_source"],
            subject=headers["cloudEvents_subject"],
            sequence=int(str(headers["cloudEvents_sequence"])),
            again=bool(message.redelivered),  # handed to this observer before, perhaps
            body=_slim(body),
        )
        self._recent.append(message)
        self.seen += 1
        self.last_seen = self._history.now
        with contextlib.suppress(aio_pika.exceptions.AMQPError, OSError, RuntimeError):
            await message.ack()


def _slim(body: dict[str, object]) -> dict[str, object]:
    """What the checker may ask for: names and ids; of a nested thing its own id alone."""
    slim: dict[str, object] = {}
    for name, value in body.items():
        if isinstance(value, dict) and "id" in value:
            slim[name] = value["id"]
        elif isinstance(value, str | int | bool) and name.endswith(("_id", "id", "reason", "kind")):
            slim[name] = value
    return slim
