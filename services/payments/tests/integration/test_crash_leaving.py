"""A process dies while Stripe forgets a person: whoever goes on leaves nothing there, and nothing of it here."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from payments_fake_wallets import FakeWallets

from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.keeping import ERASED
from chassis.retry import NotYet
from local_platform.crashing import dying_at
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.personal_data import personal_data

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ADA, BOB = new_id("user"), new_id("user")
POINTS = ["erasing.evidence_emptied", "erasing.method_detached", "erasing.method_detached:2", "erasing.customer_deleted"]


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture
def wallets(store: Store) -> FakeWallets:
    """Ada has a card and an account there, Bob a card; and Ada has written in a dispute that is over."""
    wallets = FakeWallets()
    for person in (ADA, BOB):
        customer = wallets.create_customer(person, key=f"customer:{person}")
        store.database.customers.insert_one({"_id": person, "version": 1, "customer_id": customer, "created_at": NOW})
        wallets.attach(customer, f"pm_card_{person}", key="attach")
        wallets.set_default(customer, f"pm_card_{person}", key="default")
    wallets.attach(wallets.customers[f"customer:{ADA}"], "pm_debit_1", key="attach")
    evidence = [{"author_id": ADA, "title": "Mine", "text": "words"}, {"author_id": BOB, "title": "His", "text": "words"}]
    dispute = {"_id": new_id("dispute"), "version": 1, "status": "decided", "opened_by": BOB, "respondent_id": ADA, "evidence": evidence}
    store.database.disputes.insert_one(dispute | {"reason": "late", "answer": None})
    return wallets


def assert_gone(store: Store, wallets: FakeWallets) -> None:
    adas, bobs = (wallets.customers[f"customer:{person}"] for person in (ADA, BOB))
    assert set(wallets.deleted) == {adas}
    assert wallets.list(adas) == ()
    assert [method.id for method in wallets.list(bobs)] == [f"pm_card_{BOB}"]
    assert [row["_id"] for row in store.database.customers.find({})] == [BOB]
    [dispute] = store.database.disputes.find({})
    assert [one["text"] for one in dispute["evidence"]] == [ERASED, "words"]


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_there_is_followed_by_one_who_ends_it(store: Store, wallets: FakeWallets, point: str) -> None:
    with dying_at(point):
        personal_data(store.database, wallets).erase(ADA)
    personal_data(store.database, wallets).erase(ADA)
    assert_gone(store, wallets)
    assert personal_data(store.database, wallets).erase(ADA) == {}


def test_erasing_waits_for_stripe_and_removes_no_link_before(store: Store, wallets: FakeWallets) -> None:
    wallets.away = True
    with pytest.raises(NotYet, match="payment processor"):
        personal_data(store.database, wallets).erase(ADA)
    assert store.database.customers.count_documents({"_id": ADA}) == 1
    wallets.away = False
    personal_data(store.database, wallets).erase(ADA)
    assert_gone(store, wallets)


def test_who_never_kept_a_card_is_nobody_at_stripe(store: Store, wallets: FakeWallets) -> None:
    personal_data(store.database, wallets).erase(new_id("user"))
    assert wallets.deleted == []
    assert store.database.customers.count_documents({}) == 2
