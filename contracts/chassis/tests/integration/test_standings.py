"""A service's copy of who is kept out: the last fact counts, a suspension ends at its end, nothing is kept of the erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.erased_people import ErasedPeople
from chassis.standings import COLLECTION, Standings
from contracts.identity.events import StandingChanged
from contracts.identity.standing import AccountStatus

NOW = datetime(2031, 1, 1, tzinfo=UTC)


def told(user_id: str, status: AccountStatus, until: datetime | None = None) -> StandingChanged:
    return StandingChanged(user_id=user_id, status=status, reason="Spam.", until=until)


def test_the_last_fact_counts_in_whatever_order_and_number_they_come(store: Store) -> None:
    known = Standings(store.database, lambda: NOW)
    facts = {1: AccountStatus.SUSPENDED, 2: AccountStatus.ACTIVE, 3: AccountStatus.BANNED}
    for order in permutations(facts):
        user = new_id("user")
        for sequence in (*order, *order):
            known.note(told(user, facts[sequence]), sequence)
        assert known.kept_out([user]) == {user}, f"whoever was banned last is let in after the order {order}"
        known.note(told(user, AccountStatus.ACTIVE), 4)
        assert known.kept_out([user]) == frozenset()


def test_a_suspension_ends_at_its_end_and_a_ban_does_not(store: Store) -> None:
    now = NOW
    known = Standings(store.database, lambda: now)
    ann, bob, cid, dan = (new_id("user") for _ in range(4))
    known.note(told(ann, AccountStatus.SUSPENDED, NOW + timedelta(days=1)), 1)
    known.note(told(bob, AccountStatus.SUSPENDED), 1)
    known.note(told(cid, AccountStatus.BANNED), 1)
    assert known.kept_out([ann, bob, cid, dan]) == {ann, bob, cid}
    now = NOW + timedelta(days=1)
    assert known.kept_out([ann, bob, cid, dan]) == {bob, cid}
    assert known.kept_out([]) == frozenset()


def test_nothing_is_kept_of_whoever_was_erased(store: Store) -> None:
    gone = new_id("user")
    ErasedPeople(store.database).note(gone, "deletion_1", NOW)
    Standings(store.database, lambda: NOW).note(told(gone, AccountStatus.BANNED), 1)
    assert store.database[COLLECTION].count_documents({"_id": gone}) == 0
