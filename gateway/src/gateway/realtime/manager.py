"""The Redis manager of Socket.IO, mended where an outage would outlast Redis' own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import socketio
import structlog

_log = structlog.get_logger(__name__)
_PAUSE_S = 1.0
_TIMEOUT_S = 1.0


class RedisManager(socketio.AsyncRedisManager):  # type: ignore[misc]  # python-socketio publishes no types
    """Carries typing and presence between replicas; what must not be lost does not go this way.

    The stock manager doubles its pause up to a minute while Redis is away; this one asks again every second.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, channel="gateway:sockets", redis_options={"socket_connect_timeout": _TIMEOUT_S, "socket_timeout": _TIMEOUT_S})

    async def _redis_listen_with_retries(self) -> AsyncIterator[Any]:
        while True:
            try:
                self._redis_connect()
                await self.pubsub.subscribe(self.channel)
                async for message in self.pubsub.listen():
                    yield message
            except Exception as error:  # whatever it is, the listener must come back
                _log.warning("socket_fan_out_away", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_S)
