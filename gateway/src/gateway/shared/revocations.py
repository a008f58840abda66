"""Sessions that ended before their time: their access tokens stay valid for minutes, but open no socket any more."""

from __future__ import annotations

from cachetools import FIFOCache

from gateway.shared.connection import RedisAway, SharedRedis

_KEPT_S = 3600  # longer than an access token lives
_REMEMBERED = 10_000


class Revocations:
    """Each replica hears of every revocation by itself; Redis tells those that started later."""

    def __init__(self, redis: SharedRedis) -> None:
        self._redis = redis
        self._heard: FIFOCache[str, None] = FIFOCache(_REMEMBERED)

    async def add(self, session_id: str) -> None:
        self._heard[session_id] = None
        try:
            await self._redis.run(lambda client: client.set(_key(session_id), b"1", ex=_KEPT_S))
        except RedisAway:
            return

    async def includes(self, session_id: str) -> bool:
        if session_id in self._heard:
            return True
        try:
            known = bool(await self._redis.run(lambda client: client.exists(_key(session_id))))
        except RedisAway:
            known = False
        return known or session_id in self._heard  # it may have been heard meanwhile


def _key(session_id: str) -> str:
    return f"gateway:revoked:{session_id}"
