"""Who may not be erased yet, because money is theirs or will be; and that what they wrote is emptied when they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from payments_fake_wallets import FakeWallets
from pymongo.collection import Collection
from test_payments_storage import escrow
from test_subscription_storage import subscription

from chassis.ids import new_id
from chassis.mongo import Store
from chassis.privacy.keeping import ERASED
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.personal_data import personal_data
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain.escrow import Escrow
from payments.domain.milestone import Charge, Hand
from payments.domain.payer_action import PayerAction
from payments.domain.saga import RefundOrder, Saga
from payments.domain.splits import Member

NOW = datetime(2030, 1, 1, tzinfo=UTC)
COLLEAGUE = new_id("user")


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


def owed(store: Store, user_id: str) -> list[str]:
    keeper = personal_data(store.database, FakeWallets())
    return [one.subject for one in keeper.obligations(user_id) if one.kind == "held_escrow"]


def unfunded(one: Escrow) -> Escrow:
    return one


def closed(one: Escrow) -> Escrow:
    return one.close()


def debited(one: Escrow) -> Escrow:
    return one.begin_funding("s", None, 1000)


def debited_and_closed(one: Escrow) -> Escrow:
    return debited(one).close()


def asked_by_the_bank(one: Escrow) -> Escrow:
    return debited(one).require_action("s", PayerAction("https://bank.example", "secret", NOW))


def held(one: Escrow) -> Escrow:
    return debited(one).hold("s", Charge("pi", "ch"), NOW)


def given_back(one: Escrow) -> Escrow:
    back = held(one)
    for step in one.milestones:
        saga_id = f"r_{step.id}"
        back = back.begin_refund(step.id, [Hand(saga_id, step.amount, to_payer=True)]).refund(saga_id)
    return back


@pytest.mark.parametrize(
    ("state", "payee_owes", "colleague_owes"),
    [
        (unfunded, False, True),
        (closed, False, False),
        (debited, True, True),
        (debited_and_closed, True, True),
        (asked_by_the_bank, True, True),
        (held, True, True),
        (given_back, False, False),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_an_escrow_keeps_those_whom_its_money_is_or_will_be_for(
    store: Store, state: Callable[[Escrow], Escrow], payee_owes: bool, colleague_owes: bool
) -> None:
    kept = state(replace(escrow(), team=(Member(COLLEAGUE, 10_000),)))
    with PaymentsUnitOfWork(store) as work:
        work.escrows.add(kept)
    assert owed(store, kept.payee_id) == owed(store, kept.payer_id) == ([kept.id] if payee_owes else [])
    assert owed(store, COLLEAGUE) == ([kept.id] if colleague_owes else [])
    assert owed(store, new_id("user")) == []


def test_who_pays_for_an_organisation_owes_nothing_once_that_ends(store: Store) -> None:
    organisation, payer = new_id("organisation"), new_id("user")
    with PaymentsUnitOfWork(store) as work:
        work.subscriptions.add(replace(subscription(organisation), payer_id=payer))
    keeper = personal_data(store.database, FakeWallets())
    (owed,) = keeper.obligations(payer)
    assert owed.kind == "subscription"
    with PaymentsUnitOfWork(store) as work:
        going_on = work.subscriptions.get(owed.subject)
        assert going_on is not None
        work.subscriptions.save(going_on.cancel(NOW))
    assert keeper.obligations(payer) == []


def refund_of(one: Escrow) -> Saga:
    order = RefundOrder(one.id, "m", 10, "EUR", "ch", "Their mother is ill.")
    return Saga.begin(new_id("saga"), order, call_key="k", driver=None, at=NOW).completed(NOW)


def test_why_something_was_refunded_is_forgotten_with_either_side_and_how_much_is_not(store: Store) -> None:
    of_payee, of_payer, others = (escrow() for _ in range(3))
    sagas = [refund_of(one) for one in (of_payee, of_payer, others)]
    with PaymentsUnitOfWork(store) as work:
        for one, saga in zip((of_payee, of_payer, others), sagas, strict=True):
            work.escrows.add(one)
            work.sagas.add(saga)
    keeper = personal_data(store.database, FakeWallets())
    (told,) = [record.data for record in keeper.export(of_payee.payee_id, None).items if record.kind == "sagas"]
    assert told["order"]["reason"] == "Their mother is ill."
    assert not told.keys() & {"call_key", "driver", "last_error"}
    assert keeper.erase(of_payee.payee_id)["sagas"] == keeper.erase(of_payer.payer_id)["sagas"] == 1
    with PaymentsUnitOfWork(store) as work:
        kept = [work.sagas.get(saga.id) for saga in sagas]
    assert [saga.order.reason for saga in kept] == [ERASED, ERASED, "Their mother is ill."]
    assert kept[0] == replace(sagas[0], version=2, order=replace(sagas[0].order, reason=ERASED))
    assert keeper.erase(of_payee.payee_id) == {}


def test_evidence_is_emptied_though_somebody_writes_to_the_dispute_meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = new_id("user"), new_id("user")
    evidence = [{"author_id": who, "title": "Mine", "text": "words"} for who in (ada, bob)]
    dispute = {"_id": new_id("dispute"), "version": 1, "status": "decided", "opened_by": bob, "respondent_id": ada, "evidence": evidence}
    store.database.disputes.insert_one(dispute | {"reason": "late", "answer": None})
    update_one, times = Collection.update_one, []

    def overtaken(self: Any, query: Any, change: Any, **options: Any) -> Any:
        if self.name == "disputes" and not times:
            times.append(1)
            more = {"author_id": bob, "title": "More", "text": "words"}
            update_one(self, {"_id": dispute["_id"]}, {"$push": {"evidence": more}, "$inc": {"version": 1}})
        return update_one(self, query, change, **options)

    monkeypatch.setattr(Collection, "update_one", overtaken)
    personal_data(store.database, FakeWallets()).erase(ada)
    (after,) = store.database.disputes.find({})
    assert [(one["title"], one["text"]) for one in after["evidence"]] == [(ERASED, ERASED), ("Mine", "words"), ("More", "words")]
    assert (times, after["version"]) == ([1], 3)
