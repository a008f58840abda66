"""The outbox as the holder of its lease reads and marks it, by motor."""

from __future__ import annotations

import asyncio
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.errors import ConnectionFailure

from chassis.clock import Clock
from chassis.crash_points import declare, reached
from chassis.outbox import COLLECTION
from chassis.relay.leaseholder import RelayLease
from chassis.relay.tenure import Row

_PAUSE_SECONDS = 0.05
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

    async def _mark(self, ids: list[str], sent: dict[str, Any]) -> None:
        while ids:
            self._lease.check()
            try:
                await self._rows.update_many({"_id": {"$in": ids}}, sent)
            except ConnectionFailure:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return
