"""The lease of one relay on one outbox, by motor."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.crash_points import declare, reached
from chassis.lease import COLLECTION, RELEASE, RENEW_SECONDS, RENEWAL, Candidate, Holding, LeaseLost

NAME = "relay"
_LOOK_SECONDS = 0.25
declare(
    {
        "relay.lease_acquired": "this relay holds the lease, nothing is fetched",
        "relay.lease_renewed": "the lease is renewed in the database, this relay does not know it",
        "relay.lease_released": "the lease is given back, the process still runs",
    }
)


class RelayLease:
    """A held lease and its document."""

    def __init__(self, leases: AsyncIOMotorCollection[dict[str, Any]], holding: Holding) -> None:
        self._leases = leases
        self._holding = holding

    def check(self) -> None:
        """Go on only while the lease holds.

        Raises:
            LeaseLost: it may have run out.
        """
        self._holding.check()

    async def keep(self) -> None:
        """Renew the lease every second, for as long as it can be.

        Raises:
            LeaseLost: another relay took over, or the database was away for too long.
        """
        while True:
            self._holding.check()
            asked_at = time.monotonic()
            with suppress(PyMongoError):  # there may be time for another attempt
                result = await self._leases.update_one(self._holding.mine(), RENEWAL)
                if result.matched_count == 0:
                    raise LeaseLost("another relay took over")
                reached("relay.lease_renewed")
                self._holding.renewed(asked_at)
            await asyncio.sleep(RENEW_SECONDS)

    async def release(self) -> None:
        """Give the lease back, so that another relay need not wait for its end. Best effort."""
        try:
            await self._leases.update_one(self._holding.mine(), RELEASE)
            reached("relay.lease_released")
        except PyMongoError:
            return


async def acquire(database: AsyncIOMotorDatabase[dict[str, Any]], owner: str) -> RelayLease:
    """Wait until this relay may serve the database. Whoever asks acts on no lease of this owner any more.

    Raises:
        pymongo.errors.PyMongoError: the database is away.
    """
    leases = database[COLLECTION]
    candidate = Candidate(NAME, owner)
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
                reached("relay.lease_acquired")
                return RelayLease(leases, Holding(NAME, candidate.claimed_token(stored), asked_at))
        await asyncio.sleep(_LOOK_SECONDS)
