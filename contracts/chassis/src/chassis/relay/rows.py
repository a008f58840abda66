"""The outbox as the holder of its lease reads and marks it, by motor."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.errors import ConnectionFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from chassis.clock import Clock
from chassis.outbox import COLLECTION
from chassis.relay.leaseholder import RelayLease
from chassis.relay.tenure import Row

_MAJORITY = WriteConcern(w="majority", j=True)


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
    """Marks in transactions that touch the lease: one that was taken over cannot be marked under."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], lease: RelayLease, clock: Clock) -> None:
        self._database = database
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
            LeaseLost: another relay took over: nothing was marked.
            pymongo.errors.PyMongoError
        """
        while True:
            try:
                await self._mark(rows)
            except PyMongoError as error:
                self._lease.check()
                if not _may_pass(error):
                    raise
                await asyncio.sleep(0.05)
            else:
                return

    async def _mark(self, rows: list[Row]) -> None:
        at = self._clock.now()
        secret = [row["_id"] for row in rows if row["secret"]]
        async with self._lease.lock:
            asked_at = time.monotonic()
            async with (
                await self._database.client.start_session() as session,
                session.start_transaction(read_concern=ReadConcern("majority"), write_concern=_MAJORITY),
            ):
                await self._lease.touch(session)
                sent = {"$unset": {"pending": ""}, "$set": {"sent_at": at}}
                await self._rows.update_many({"_id": {"$in": [row["_id"] for row in rows]}}, sent, session=session)
                if secret:
                    await self._rows.update_many({"_id": {"$in": secret}}, {"$unset": {"body": ""}}, session=session)
            self._lease.committed(asked_at)


def _may_pass(error: PyMongoError) -> bool:
    labels = ("TransientTransactionError", "UnknownTransactionCommitResult")
    return isinstance(error, ConnectionFailure) or any(error.has_error_label(label) for label in labels)
