"""A minimal asyncio caller of stock nameko services, for the baseline: nothing of ours on the way."""

from __future__ import annotations

import asyncio
import uuid

import aio_pika
import orjson


class StockRpcClient:
    def __init__(self, connection, channel, exchange, reply_to: str) -> None:
        self._connection, self._channel, self._exchange, self._reply_to = connection, channel, exchange, reply_to
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    @classmethod
    async def connect(cls, url: str) -> StockRpcClient:
        connection = await aio_pika.connect(url)
        channel = await connection.channel(publisher_confirms=False)
        exchange = await channel.declare_exchange("nameko-rpc", "topic", durable=True)
        reply_to = str(uuid.uuid4())
        queue = await channel.declare_queue(f"rpc.reply-bench-{reply_to}", exclusive=True, auto_delete=True)
        await queue.bind(exchange, reply_to)
        client = cls(connection, channel, exchange, reply_to)
        await queue.consume(client._on_reply, no_ack=True)
        return client

    async def _on_reply(self, message) -> None:
        self._waiting.pop(message.correlation_id).set_result(message.body)

    async def call(self, service: str, method: str, *args: object) -> object:
        correlation_id = uuid.uuid4().hex
        waiter = self._waiting[correlation_id] = asyncio.get_running_loop().create_future()
        message = aio_pika.Message(
            orjson.dumps({"args": args, "kwargs": {}}),
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=self._reply_to,
            correlation_id=correlation_id,
            delivery_mode=aio_pika.DeliveryMode.NOT_PERSISTENT,
        )
        await self._exchange.publish(message, f"{service}.{method}")
        answer = orjson.loads(await waiter)
        if answer["error"]:
            raise RuntimeError(answer["error"])
        return answer["result"]

    async def close(self) -> None:
        await self._connection.close()
