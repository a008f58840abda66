"""Answers kept under their Idempotency-Key, so that a request sent again gets the same answer from any replica.

Only a cache: the service's own durable record, under the same key, is the truth. Like that record it holds successes alone:
a refusal changed nothing, so the same request sent again is tried again, and a client gets past "not ready yet" with its key.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol, cast

import orjson
from redis.asyncio import Redis

from contracts.errors import DomainError, Kind
from gateway.shared.connection import RedisAway, SharedRedis

_KEPT_S = 24 * 3600
_POLL_S = 0.05
_PLACE = "gateway:idempotency:"

_BEGIN = """
local found = redis.call('GET', KEYS[1])
if found then return found end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
"""
_REPLACE_OWN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return 1
"""


class KeyReused(DomainError):
    """This Idempotency-Key was used with another request."""

    kind = Kind.INVALID
    code = "gateway.idempotency_key.reused"


class StillRunning(DomainError):
    """The first request with this Idempotency-Key has not been answered yet: try again shortly."""

    kind = Kind.CONFLICT
    code = "gateway.idempotency_key.in_progress"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it went out: `headers` are those that belong to it (ETag, Location, the content type)."""

    status: int
    headers: dict[str, str]
    body: bytes


class Records(Protocol):
    """Where keys and answers are held; each method is atomic and may raise RedisAway."""

    async def begin(self, key: str, record: bytes, lock_s: float) -> bytes | None:
        """Write `record` unless there is one; then that one is returned."""

    async def replace(self, key: str, own: bytes, record: bytes | None) -> None:
        """Put `record` (None: nothing) in the place of `own`, if it is still there."""

    async def forget(self, texts: Collection[str]) -> None:
        """Drop every record in which, or in whose key, one of these texts stands."""


class RedisRecords:
    def __init__(self, redis: SharedRedis) -> None:
        self._redis = redis

    async def begin(self, key: str, record: bytes, lock_s: float) -> bytes | None:
        found = await self._redis.run(lambda client: client.eval(_BEGIN, 1, key, record, str(int(lock_s * 1000))))
        return found or None

    async def replace(self, key: str, own: bytes, record: bytes | None) -> None:
        await self._redis.run(lambda client: client.eval(_REPLACE_OWN, 1, key, own, record or b"", str(_KEPT_S)))

    async def forget(self, texts: Collection[str]) -> None:
        """All records are read for it, some hundred at a time."""
        sought, cursor = [text.encode() for text in texts], 0

        async def sweep(client: Redis) -> int:
            following, keys = cast(tuple[int, list[bytes]], await client.scan(cursor, match=f"{_PLACE}*", count=500))
            records = cast(list[bytes | None], await client.mget(keys) if keys else [])
            found = [key for key, record in zip(keys, records, strict=True) if any(text in key + (record or b"") for text in sought)]
            if found:
                await client.delete(*found)
            return following

        while (cursor := await self._redis.run(sweep)) != 0:
            pass


class Idempotency:
    """Lets one of several equal requests through and gives its answer to the others."""

    def __init__(self, records: Records, *, lock_s: float, wait_s: float) -> None:
        """`lock_s`: after how long a request that never ended is taken for dead; `wait_s`: how long the others wait."""
        self._records = records
        self._lock_s = lock_s
        self._wait_s = wait_s

    async def answer(
        self, scope: str, key: str, fingerprint: str, perform: Callable[[], Awaitable[StoredAnswer]]
    ) -> tuple[StoredAnswer, bool]:
        """The answer to a request, and whether it was given before.

        `scope` is whose key (their id comes first) on which route, `fingerprint` tells requests apart. What `perform` raises is raised, and
        the key is free again.

        Raises:
            KeyReused: the key came with another request before.
            StillRunning: the first one has not ended in time.
        """
        whose = scope.partition(" ")[0]
        place = f"{_PLACE}{whose}:{hashlib.sha256(f'{scope} {key}'.encode()).hexdigest()}"
        own = orjson.dumps({"fingerprint": fingerprint, "owner": uuid.uuid4().hex})
        try:
            if (stored := await self._begin(place, own, fingerprint)) is not None:
                return stored, True
        except RedisAway:
            return await perform(), False
        kept: bytes | None = None
        try:
            answer = await perform()
            kept = _record(fingerprint, answer)
            return answer, False
        finally:
            await self._settle(place, own, kept)

    async def _begin(self, place: str, own: bytes, digest: str) -> StoredAnswer | None:
        gives_up = time.monotonic() + self._wait_s
        while (found := await self._records.begin(place, own, self._lock_s)) is not None:
            record = orjson.loads(found)
            if record["fingerprint"] != digest:
                raise KeyReused
            if "status" in record:
                return StoredAnswer(record["status"], record["headers"], record["body"].encode())
            if time.monotonic() >= gives_up:
                raise StillRunning
            await asyncio.sleep(_POLL_S)
        return None

    async def _settle(self, place: str, own: bytes, record: bytes | None) -> None:
        try:
            await self._records.replace(place, own, record)
        except RedisAway:
            return  # the lock runs out by itself, and the service knows the key


def _record(digest: str, answer: StoredAnswer) -> bytes:
    return orjson.dumps({"fingerprint": digest, "status": answer.status, "headers": answer.headers, "body": answer.body.decode()})
