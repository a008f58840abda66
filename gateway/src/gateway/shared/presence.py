"""Who is online: each open socket is an entry in Redis that expires unless it is refreshed."""

from __future__ import annotations

import math
import time
from collections.abc import Collection

from gateway.shared.connection import RedisAway, SharedRedis


def _key(user_id: str) -> str:
    return f"gateway:presence:{user_id}"


class Presence:
    """While Redis is away nobody's presence is known, and nothing is told about it."""

    def __init__(self, redis: SharedRedis, ttl_s: float) -> None:
        self._redis = redis
        self._ttl_s = ttl_s

    @property
    def refresh_every_s(self) -> float:
        return self._ttl_s / 3

    async def refresh(self, sockets: Collection[tuple[str, str]]) -> None:
        """These sockets, as (user id, socket id), are open. Raises RedisAway."""
        expires = time.time() + self._ttl_s
        pipeline = self._redis.client.pipeline(transaction=False)
        for user_id, socket_id in sockets:
            pipeline.zadd(_key(user_id), {socket_id: expires})
            pipeline.expire(_key(user_id), math.ceil(self._ttl_s))
        await self._redis.run(lambda _client: pipeline.execute())

    async def leave(self, user_id: str, socket_id: str) -> None:
        """This socket is closed. Raises RedisAway."""
        await self._redis.run(lambda client: client.zrem(_key(user_id), socket_id))

    async def online(self, user_ids: Collection[str]) -> frozenset[str] | None:
        """Those of these people who have a socket open somewhere; None when it is not known."""
        people, now = list(user_ids), time.time()
        pipeline = self._redis.client.pipeline(transaction=False)
        for user_id in people:
            pipeline.zcount(_key(user_id), now, "+inf")
        try:
            counts = await self._redis.run(lambda _client: pipeline.execute())
        except RedisAway:
            return None
        return frozenset(user_id for user_id, count in zip(people, counts, strict=True) if count)
