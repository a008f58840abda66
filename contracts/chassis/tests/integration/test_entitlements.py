"""A service's copy of what owners are entitled to: the highest revision counts, nothing outlives its end, nothing is kept of the erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from chassis.entitlements import COLLECTION, Entitlements
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.erased_people import ErasedPeople
from contracts.payments.events import EntitlementChanged

NOW = datetime(2031, 1, 1, tzinfo=UTC)


def told(owner_id: str, revision: int, *names: str, until: datetime | None = NOW + timedelta(days=30)) -> EntitlementChanged:
    subscription = new_id("subscription")
    return EntitlementChanged(owner_id=owner_id, subscription_id=subscription, entitlements=names, valid_until=until, revision=revision)


def test_the_highest_revision_counts_in_whatever_order_and_number_they_come(store: Store) -> None:
    known = Entitlements(store.database, lambda: NOW)
    for order in permutations((1, 2, 3)):
        owner = new_id("user")
        events = {1: told(owner, 1, "a.b"), 2: told(owner, 2, "a.b", "c.d"), 3: told(owner, 3, until=None)}
        for revision in (*order, *order):
            known.note(events[revision])
        assert not known.has(owner, "a.b"), f"what ended came back in the order {order}"


def test_it_is_asked_for_one_or_for_many_and_ends_at_its_end(store: Store) -> None:
    now = NOW
    known = Entitlements(store.database, lambda: now)
    ann, bob, cid = (new_id("user") for _ in range(3))
    known.note(told(ann, 1, "a.b", "c.d"))
    known.note(told(bob, 1, "c.d"))
    assert (known.has(ann, "a.b"), known.has(bob, "a.b"), known.has(cid, "a.b")) == (True, False, False)
    assert known.holders("c.d", (ann, bob, cid)) == {ann, bob}
    now = NOW + timedelta(days=30)
    assert known.holders("c.d", (ann, bob, cid)) == frozenset()


def test_nothing_is_kept_of_whoever_was_erased(store: Store) -> None:
    gone = new_id("user")
    ErasedPeople(store.database).note(gone, "deletion_1", NOW)
    Entitlements(store.database, lambda: NOW).note(told(gone, 9, "a.b"))
    assert store.database[COLLECTION].count_documents({"_id": gone}) == 0
