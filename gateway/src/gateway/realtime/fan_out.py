"""The Redis manager of Socket.IO, on the gateway's own way to Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import socketio
import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import TimeoutError as RedisTimeout

from gateway.shared.connection import RedisAway, SharedRedis, is_lost

_log = structlog.get_logger(__name__)
_PAUSE_S = 1.0
_QUIET_S = 5.0


class RedisManager(socketio.AsyncRedisManager):  # type: ignore[misc]  # python-socketio publishes no types
    """Carries typing and presence between replicas; what must not be lost does not go this way.

    The stock manager doubles its pause up to a minute while Redis is away, loses its subscription when a publish fails, does not
    notice that a connection fell silent, and cannot be closed; this one asks again every second, notices and can.
    """

    def __init__(self, redis: SharedRedis) -> None:
        super().__init__(redis.url, channel="gateway:sockets")
        self._shared = redis

    async def _publish(self, data: Any) -> None:
        try:
            await self._shared.run(lambda client: client.publish(self.channel, self.json.dumps(data)))
        except RedisAway:
            return

    async def _redis_listen_with_retries(self) -> AsyncIterator[Any]:
        while True:
            try:
                async with self._shared.client.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(self.channel)
                    async for message in _heard(subscription):
                        yield message
            except Exception as error:
                if not is_lost(error):
                    raise
                _log.warning("socket_fan_out_away", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_S)

    async def close(self) -> None:
        """Stop listening. Without any connection so far there is nothing to stop."""
        listener: asyncio.Task[None] | None = getattr(self, "thread", None)
        if listener is not None:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


async def _heard(subscription: PubSub) -> AsyncIterator[Any]:
    """What comes in on a subscription.

    Raises:
        redis.exceptions.RedisError: the connection broke, or Redis did not even answer a ping.
    """
    asked = False
    while True:
        message = await subscription.get_message(timeout=_QUIET_S)
        if message is None and asked:
            raise RedisTimeout("Redis does not answer")
        if message is None:
            await subscription.ping()
        elif message["type"] != "pong":
            yield message
        asked = message is None
