"""The outbox as the relay changes it: what is parked waits for its queue, what is sent stays sent whoever comes late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from chassis import lease
from chassis.clock import FixedClock
from chassis.lease import LeaseLost
from chassis.mongo import Store
from chassis.relay import rows as module
from chassis.relay.leaseholder import acquire
from chassis.relay.rows import OutboxRows, connect

Q, OTHER = "messaging.on_told", "payments.on_told"


@pytest_asyncio.fixture
async def rows(store: Store, mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OutboxRows]:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 600.0)  # nobody renews it here
    client = connect(mongo_url)
    database = client[store.database.name]
    yield OutboxRows(database, await acquire(database, "a relay"), FixedClock(datetime(2036, 3, 1, tzinfo=UTC)))
    client.close()


def put(store: Store, **pending: Any) -> list[dict[str, Any]]:
    written = [
        {"_id": name, "key": name, "secret": False} | ({} if value is None else {"pending": value}) for name, value in pending.items()
    ]
    store.database["outbox"].insert_many(written)
    return written


def pending(store: Store) -> dict[str, Any]:
    return {row["_id"]: row.get("pending") for row in store.database["outbox"].find()}


async def test_what_is_parked_is_not_fetched_and_goes_on_when_its_queue_stands(rows: OutboxRows, store: Store) -> None:
    a, b, *_ = put(store, a=True, b=True, c=True, d=OTHER)
    await rows.park([a, b], Q)
    assert [row["_id"] for row in await rows.pending(10)] == ["c"]
    assert sorted(await rows.parked()) == [Q, OTHER]
    assert await rows.unpark(Q)
    assert not await rows.unpark(Q)
    assert pending(store) == {"a": True, "b": True, "c": True, "d": OTHER}
    assert await rows.parked() == [OTHER]


async def test_a_late_parking_changes_nothing_that_was_sent_or_is_parked(rows: OutboxRows, store: Store) -> None:
    written = put(store, sent=None, parked=OTHER, waits=True)
    await rows.park(written, Q)
    assert pending(store) == {"sent": None, "parked": OTHER, "waits": Q}
    assert "pending" not in (store.database["outbox"].find_one({"_id": "sent"}) or {})


async def test_what_was_sent_though_parked_is_sent(rows: OutboxRows, store: Store) -> None:
    written = put(store, a=Q)
    await rows.mark_sent(written)
    assert not await rows.unpark(Q)
    assert pending(store) == {"a": None}


async def test_what_is_parked_goes_on_in_portions_the_oldest_first(rows: OutboxRows, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_UNPARKED_AT_ONCE", 2)
    put(store, a=Q, b=Q, c=Q)
    assert await rows.unpark(Q)
    assert pending(store) == {"a": True, "b": True, "c": Q}


async def test_without_the_lease_nothing_is_parked(rows: OutboxRows, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise LeaseLost("gone")

    monkeypatch.setattr(rows._lease, "check", lost)
    written = put(store, a=True, b=Q)
    with pytest.raises(LeaseLost):
        await rows.park(written, Q)
    with pytest.raises(LeaseLost):
        await rows.unpark(Q)
    assert pending(store) == {"a": True, "b": Q}
