"""The outbox as the holder of its lease reads and marks it, by motor."""

from __future__ import annotations

import asyncio
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import ConnectionFailure

from chassis.clock import Clock
from chassis.crash_points import declare, reached
from chassis.outbox import COLLECTION
from chassis.relay.leaseholder import RelayLease
from chassis.relay.tenure import Row

_PAUSE_SECONDS = 0.05
_UNPARKED_AT_ONCE = 1_000
declare(
    {
        "relay.plain_rows_marked": "rows are marked sent, those of the same batch that hold a secret are not",
        "relay.rows_marked": "a batch is marked sent, this relay does not know it",
    }
)


def connect(url: str) -> AsyncIOMotorClient[dict[str, Any]]:
    """A client that notices within seconds that the database is away or back."""
    return AsyncIOMotorClient(
        url,
        tz_aware=True,
        uuidRepresentation="standard",
        w="majority",
        journal=True,
        readConcernLevel="majority",
        connectTimeoutMS=2_000,
        serverSelectionTimeoutMS=2_000,
        socketTimeoutMS=5_000,
    )


async def awaited_queues(rows: AsyncIOMotorCollection[dict[str, Any]]) -> list[str]:
    """The queues that rows are parked for."""
    return list(await rows.distinct("pending", {"pending": {"$gt": ""}}))  # of the index, the strings alone


class OutboxRows:
    """The rows under a held lease.

    Rows are marked by single statements, without a transaction: one that a killed relay leaves open would keep its rows
    locked for a minute and more. That a mark is late does no harm: only what the broker has confirmed is ever marked.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], lease: RelayLease, clock: Clock) -> None:
        self._rows = database[COLLECTION]
        self._lease = lease
        self._clock = clock

    async def pending(self, limit: int) -> list[Row]:
        """Some rows that wait, at most `limit`, in no particular order: sorting would read the whole backlog."""
        return list(await self._rows.find({"pending": True}, limit=limit).to_list(None))

    async def by_key(self, key: str) -> Row | None:
        """The row with this key; a row that was removed was sent long ago."""
        return await self._rows.find_one({"key": key})

    async def mark_sent(self, rows: list[Row]) -> None:
        """Mark rows sent; the bodies of secret ones are forgotten.

        Raises:
            LeaseLost: there is no time left to do it as the holder of the lease.
            pymongo.errors.PyMongoError
        """
        at = self._clock.now()
        secret = [row["_id"] for row in rows if row["secret"]]
        others = [row["_id"] for row in rows if not row["secret"]]
        await self._mark(others, {"$unset": {"pending": ""}, "$set": {"sent_at": at}})
        reached("relay.plain_rows_marked")
        await self._mark(secret, {"$unset": {"pending": "", "body": ""}, "$set": {"sent_at": at}})
        reached("relay.rows_marked")

    async def park(self, rows: list[Row], queue: str) -> None:
        """Let rows wait for a queue, but for those that were sent meanwhile.

        Raises:
            LeaseLost: there is no time left to do it as the holder of the lease.
            pymongo.errors.PyMongoError
        """
        await self._mark([row["_id"] for row in rows], _pending(queue, instead_of=True))

    async def parked(self) -> list[str]:
        """The queues that rows wait for."""
        return await awaited_queues(self._rows)

    async def unpark(self, queue: str) -> bool:
        """Let some of the rows that wait for this queue be sent, the oldest first; False when none waits for it.

        Raises:
            LeaseLost: there is no time left to do it as the holder of the lease.
            pymongo.errors.PyMongoError
        """
        found = await self._rows.find({"pending": queue}, {"_id": True}, limit=_UNPARKED_AT_ONCE).to_list(None)
        await self._mark([row["_id"] for row in found], _pending(True, instead_of=queue))
        return bool(found)

    async def _mark(self, ids: list[str], marks: dict[str, Any] | list[dict[str, Any]]) -> None:
        while ids:
            self._lease.check()
            try:
                await self._rows.update_many({"_id": {"$in": ids}}, marks)
            except ConnectionFailure:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return


def _pending(value: str | bool, *, instead_of: str | bool) -> list[dict[str, Any]]:
    """An update that changes `pending` where it is the other. In the filter the condition would keep the embedded server from `_id`."""
    kept = {"$ifNull": ["$pending", "$$REMOVE"]}
    return [{"$set": {"pending": {"$cond": [{"$eq": ["$pending", {"$literal": instead_of}]}, {"$literal": value}, kept]}}}]
