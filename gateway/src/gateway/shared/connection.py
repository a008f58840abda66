"""The way to Redis: short time-outs, and no second knock for a while when nobody answered."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import redis.asyncio
import structlog
from redis.exceptions import RedisError

R = TypeVar("R")
_log = structlog.get_logger(__name__)
_REST_S = 1.0  # after a failure calls fail at once for this long: an outage must not cost each request a time-out
TIMEOUT_S = 0.5
_CONNECTIONS = 128


class RedisAway(Exception):
    """Redis did not answer: go on without it."""


def is_lost(error: Exception) -> bool:
    """Whether this says that the connection to Redis is gone, or was never made."""
    if isinstance(error, RuntimeError):  # what uvloop raises where asyncio's own loop has a ConnectionResetError
        return "the handler is closed" in str(error)
    return isinstance(error, TimeoutError | RedisError | OSError)


class SharedRedis:
    """A Redis client whose outage is an ordinary answer, `RedisAway`, given fast."""

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        """`timeout_s`: how long one answer may take, a connection included."""
        self.url = url
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            health_check_interval=15,
        )
        self.client = redis.asyncio.Redis.from_pool(pool)
        self._rests_until = 0.0

    async def run(self, operation: Callable[[redis.asyncio.Redis], Awaitable[R]]) -> R:
        """Do one thing with the client.

        Raises:
            RedisAway: it could not be done; nothing is known about whether it was.
        """
        if time.monotonic() < self._rests_until:
            raise RedisAway
        try:
            return await operation(self.client)
        except Exception as error:
            if not is_lost(error):
                raise
            if time.monotonic() >= self._rests_until:  # of all that waited for it the first tells
                _log.warning("redis_away", error=type(error).__name__)
            self._rests_until = time.monotonic() + _REST_S
            raise RedisAway from error

    async def available(self) -> bool:
        try:
            await self.run(lambda client: client.ping())
        except RedisAway:
            return False
        return True

    async def close(self) -> None:
        await self.client.aclose()
