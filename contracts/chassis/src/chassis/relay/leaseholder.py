"""The lease of one relay on one outbox, by motor."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.lease import COLLECTION, RELEASE, RENEWAL, Candidate, Holding, LeaseLost

NAME = "relay"
_LOOK_SECONDS = 0.25


class RelayLease:
    """A held lease and its document. Every use of the document is under `lock`: renewal and marking must not collide."""

    def __init__(self, leases: AsyncIOMotorCollection[dict[str, Any]], holding: Holding) -> None:
        self._leases = leases
        self._holding = holding
        self.lock = asyncio.Lock()

    def check(self) -> None:
        """Raises LeaseLost unless the lease surely holds now."""
        self._holding.check()

    async def renew_if_due(self) -> None:
        """Renew the lease unless something did in the last second.

        Raises:
            LeaseLost: another relay took over, or the time ran out.
        """
        async with self.lock:
            if not self._holding.renewal_due():
                return
            try:
                await self.touch(None)
            except PyMongoError:
                self._holding.check()  # there may be time for another attempt

    async def touch(self, session: AsyncIOMotorClientSession | None) -> None:
        """Renew, in a transaction where a session is given; then the renewal holds from `confirm` on.

        Raises:
            LeaseLost: another relay took over: in a transaction nothing else may be written.
        """
        asked_at = time.monotonic()
        result = await self._leases.update_one(self._holding.mine(), RENEWAL, session=session)
        if result.matched_count == 0:
            raise LeaseLost("another relay took over")
        if session is None:
            self._holding.renewed(asked_at)

    def committed(self, asked_at: float) -> None:
        """A transaction that touched the lease and began at this (monotonic) moment has committed."""
        self._holding.renewed(asked_at)

    async def release(self) -> None:
        """Give the lease back, so that another relay need not wait for its end. Best effort."""
        try:
            await self._leases.update_one(self._holding.mine(), RELEASE)
        except PyMongoError:
            return


async def acquire(database: AsyncIOMotorDatabase[dict[str, Any]]) -> RelayLease:
    """Wait until this relay may serve the database.

    Raises:
        pymongo.errors.PyMongoError: the database is away.
    """
    leases = database[COLLECTION]
    candidate = Candidate(NAME, f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}")
    while True:
        stored = await leases.find_one({"_id": NAME})
        if candidate.may_claim(stored):
            asked_at = time.monotonic()
            query, update = candidate.claim(stored)
            try:
                result = await leases.update_one(query, update, upsert=stored is None)
            except DuplicateKeyError:
                continue  # another relay made the first lease
            if result.upserted_id is not None or (stored is not None and result.matched_count == 1):
                return RelayLease(leases, Holding(NAME, candidate.claimed_token(stored), asked_at))
        await asyncio.sleep(_LOOK_SECONDS)
