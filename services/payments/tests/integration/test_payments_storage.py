"""What payments keeps, in the fake and in MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from payments_fake_stripe import ASKED, ENABLED
from payments_fakes import Memory

from chassis.documents import StaleVersion
from chassis.ids import new_id
from chassis.mongo import LostRace, Store
from contracts.payments.views import ChargebackStatus, DifferenceKind
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.rerunning import rerunning
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain import entries
from payments.domain.chargeback import Chargeback, Taken
from payments.domain.coupon import Coupon, Redemptions
from payments.domain.coupon_errors import CouponNotValid
from payments.domain.errors import InsufficientBalance, InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.ledger import AccountKind, balances_of, verify_chain
from payments.domain.milestone import Charge, Hand, Milestone, Status
from payments.domain.payout import Payout
from payments.domain.payout_account import PayoutAccount
from payments.domain.reconciliation import Difference, Line, Reconciliation
from payments.domain.returned import restored
from payments.domain.saga import (
    LONGEST_PAUSE,
    LONGEST_WAIT,
    FundOrder,
    Order,
    PayoutOrder,
    RefundOrder,
    ReleaseOrder,
    ReversalOrder,
    Saga,
    SettleOrder,
    Step,
)
from payments.domain.splits import Member
from payments.domain.waiting import Waiting
from payments.migrations import m0001_initial, m0002_statements, m0026_given_back_milestones
from payments.usecases.bookkeeping import post
from payments.usecases.ports import UnitOfWork
from payments.usecases.resume_sagas import ResumeSagasHandler
from payments.usecases.resume_waiting_sagas import ResumeWaitingSagasHandler
from payments.usecases.sagas.runner import SagaRunner

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
Units = Callable[[], UnitOfWork]


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def units(request: pytest.FixtureRequest) -> Units:
    if request.param == "fake":
        return Memory().unit_of_work
    store: Store = request.getfixturevalue("store")
    return lambda: PaymentsUnitOfWork(store)


def escrow(**changes: object) -> Escrow:
    steps = (Milestone("milestone_1", "One", 10**12 - 5), Milestone("milestone_2", "Two", 5))
    fresh = Escrow(new_id("escrow"), 1, new_id("challenge"), "Title", new_id("user"), new_id("user"), "EUR", 1000, steps, NOW)
    return replace(fresh, **changes)  # type: ignore[arg-type]


def saga(order: Order, *, key: str = "key", driver: str | None = None, at: datetime = NOW) -> Saga:
    return Saga.begin(new_id("saga"), order, call_key=key, driver=driver, at=at)


ORDERS: list[Order] = [
    SettleOrder("saga_1", "u", 10**12, "EUR"),
    ReversalOrder("e", "saga_1", "u", 10, 1, "EUR", "tr_1"),
    FundOrder("e", 10**12, "EUR", "pm_x"),
    ReleaseOrder("e", "m", "u", 10, 1, "EUR", "ch"),
    ReleaseOrder("e", "m", "u", 10, 1, "EUR", "ch", from_balance=True),
    RefundOrder("e", "m", 10, "EUR", "ch", "why"),
    PayoutOrder("p", "u", 10, "EUR"),
]


def test_an_escrow_comes_back_as_it_was_kept(units: Units) -> None:
    kept = escrow()
    with units() as work:
        work.escrows.add(kept)
    with units() as work:
        assert work.escrows.get(kept.id) == kept
        assert work.escrows.of_challenge(kept.challenge_id) == kept
        assert work.escrows.get("escrow_other") is None
        assert work.escrows.of_challenge("challenge_other") is None
        changed = kept.begin_funding("s", None, 5).hold("s", Charge("pi", "ch"), NOW).begin_release("milestone_1", [Hand("t", 7, 1)])
        changed = changed.begin_waiting(Waiting("saga_w", "user_w", 3))
        changed = changed.begin_release("milestone_2", [Hand("x", 5, 1)]).release("x", Share(5, 1)).take_back("milestone_2", Share(3, 1), 0)
        changed = changed.begin_refund("milestone_2", [Hand("r", 3, to_payer=True)]).refund("r")
        changed = restored(changed, RefundOrder("e", "milestone_2", 3, "EUR", "ch_before", "why", credit_of="u"), spent=True)
        changed = changed.approve("milestone_2").set_team((Member("user_a", 1), Member("user_b", 9_999)))
        changed = changed.deliver("milestone_1", NOW, 7).begin_dispute([("milestone_1", 9)]).freeze("why")
        saved = work.escrows.save(changed)
    assert saved == replace(changed, version=2)
    with units() as work:
        assert work.escrows.get(kept.id) == saved


def test_a_challenge_has_one_escrow(units: Units) -> None:
    kept = escrow()
    with units() as work:
        work.escrows.add(kept)
    with pytest.raises(LostRace), units() as work:
        work.escrows.add(escrow(challenge_id=kept.challenge_id))


def test_a_balance_reads_only_the_escrows_that_hold_or_await_money(units: Units) -> None:
    kept = escrow()
    with units() as work:
        work.escrows.add(kept)
    with units() as work:
        assert work.escrows.active_of_payee(kept.payee_id) == []
        assert [row.id for row in work.escrows.of_payee(kept.payee_id)] == [kept.id]
        kept = work.escrows.save(kept.begin_funding("s", "milestone_2", 1000))
    with units() as work:
        assert work.escrows.active_of_payee(kept.payee_id) == [kept]
        kept = work.escrows.save(kept.hold("s", Charge("pi", "ch"), NOW))
    with units() as work:
        assert work.escrows.active_of_payee(kept.payee_id) == [kept]
        work.escrows.save(kept.begin_refund("milestone_2", [Hand("r", 5, to_payer=True)]).refund("r"))
    with units() as work:
        assert work.escrows.active_of_payee(kept.payee_id) == []
        assert [row.id for row in work.escrows.of_payee(kept.payee_id)] == [kept.id]


def test_a_movement_written_by_the_version_before_is_read_as_a_hand(store: Store) -> None:
    """It knew of one movement at a time, by `moving` and `saga_id` of the milestone."""
    for back in (False, True):
        kept = escrow().begin_funding("s", None, 1000).hold("s", Charge("pi", "ch"), NOW)
        hand = Hand("t", 105, to_payer=True) if back else Hand("t", 105, 11)
        kept = kept.begin_refund("milestone_1", [hand]) if back else kept.begin_release("milestone_1", [hand])
        with PaymentsUnitOfWork(store) as work:
            work.escrows.add(kept)
        unset = {"milestones.$[].hands": "", "milestones.$[].disputed": "", "milestones.$[].kind": "", "team": ""}
        store.database.escrows.update_one({"_id": kept.id}, {"$unset": unset})
        with PaymentsUnitOfWork(store) as work:
            assert work.escrows.get(kept.id) == kept


def test_delivered_work_that_nobody_answered_is_found_when_its_time_has_come(units: Units) -> None:
    kept = escrow().begin_funding("s", None, 1000).hold("s", Charge("pi", "ch"), NOW).deliver("milestone_1", NOW, 7)
    with units() as work:
        work.escrows.add(kept)
        work.escrows.add(escrow())
    with units() as work:
        assert work.escrows.due_for_silent_release(NOW - timedelta(seconds=1), 10) == []
        assert work.escrows.due_for_silent_release(NOW, 10) == [kept.id]
        work.escrows.save(kept.begin_dispute([("milestone_1", 1)]))
    with units() as work:
        assert work.escrows.due_for_silent_release(NOW, 10) == []


def test_a_write_over_an_older_version_is_refused(units: Units) -> None:
    kept = escrow()
    with units() as work:
        work.escrows.add(kept)
    with units() as work:
        work.escrows.save(kept.close())
    with pytest.raises((LostRace, StaleVersion)), units() as work:
        work.escrows.save(kept.close())


def test_an_exception_leaves_nothing_behind(units: Units) -> None:
    kept = escrow()
    with suppress(KeyError), units() as work:
        work.escrows.add(kept)
        raise KeyError
    with units() as work:
        assert work.escrows.get(kept.id) is None


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: type(order).__name__)
def test_a_saga_comes_back_as_it_was_kept(units: Units, order: Order) -> None:
    kept = saga(order, driver="d")
    with units() as work:
        work.sagas.add(kept)
    with units() as work:
        assert work.sagas.get(kept.id) == kept
        assert work.sagas.started_by("key") == [kept]
        assert work.sagas.started_by("other") == []
        saved = work.sagas.save(kept.refused(NOW, "no"))
    with units() as work:
        assert work.sagas.get(kept.id) == saved == replace(kept.refused(NOW, "no"), version=2)


def test_due_are_those_that_run_and_whose_time_has_come(units: Units) -> None:
    later, now, led, done = (
        saga(ORDERS[0], at=NOW + timedelta(seconds=n), driver=driver) for n, driver in ((5, None), (0, None), (0, "d"), (0, None))
    )
    with units() as work:
        for one in (later, now, led, done):
            work.sagas.add(one)
        work.sagas.save(done.completed(NOW))
    with units() as work:
        assert work.sagas.due(NOW, 10) == [now]
        assert work.sagas.due(NOW + timedelta(seconds=31), 10) == [now, later, led]
        assert work.sagas.due(NOW + timedelta(seconds=31), 2) == [now, later]


def test_what_only_a_newer_release_understands_is_left_to_it(store: Store) -> None:
    known, *newer = (saga(ORDERS[0], at=NOW) for _ in range(4))
    with PaymentsUnitOfWork(store) as work:
        for one in (known, *newer):
            work.sagas.add(one)
    for one, added in zip(newer, ({"order.of_theirs": 1}, {"step": "of_theirs"}, {"kind": "of_theirs"}), strict=True):
        store.database.sagas.update_one({"_id": one.id}, {"$set": added})
    with PaymentsUnitOfWork(store) as work:
        assert work.sagas.due(NOW, 10) == [known]


def test_due_too_is_what_a_clock_that_was_set_back_has_put_off_but_not_what_waits_for_a_date(units: Units) -> None:
    ahead = NOW + timedelta(hours=1)
    settle, fund, *_ = ORDERS
    paused, led, dated = saga(fund, at=ahead).paused(ahead), saga(fund, at=ahead, driver="d"), saga(settle, at=ahead)
    with units() as work:
        for one in (paused, led, dated):
            work.sagas.add(one)
    with units() as work:
        assert {one.id for one in work.sagas.due_again(NOW, 10)} == {paused.id, led.id}
        assert len(work.sagas.due_again(NOW, 1)) == 1
        assert work.sagas.due_again(ahead - LONGEST_PAUSE, 10) == work.sagas.due(NOW, 10) == [], "this is no longer than one waits"


def test_what_waits_for_people_may_be_put_off_for_an_hour(units: Units) -> None:
    waiting = saga(ReleaseOrder("e", "m", "u", 10, 1, "EUR", "ch")).to(Step.TRANSFER, NOW).to(Step.AWAIT_ACCOUNT, NOW)
    with units() as work:
        work.sagas.add(waiting.paused(NOW, at_least=LONGEST_WAIT))
    with units() as work:
        assert work.sagas.due_again(NOW, 10) == work.sagas.due_again(NOW + LONGEST_WAIT - timedelta(seconds=1), 10) == []
        for at in (NOW + LONGEST_WAIT, NOW - timedelta(seconds=21)):  # and by a clock that was set back since
            assert [one.id for one in work.sagas.due_again(at, 10)] == [waiting.id]


def test_what_was_put_off_is_due_apart_from_what_is_new(units: Units) -> None:
    new, begun = saga(ORDERS[2]), saga(ORDERS[2])
    paused = replace(saga(ORDERS[2]).paused(NOW - timedelta(hours=1)), id=new_id("saga"))
    moved_on = replace(paused, id=new_id("saga")).to(Step.CONFIRM_INTENT, NOW - timedelta(minutes=1))
    with units() as work:
        for one in (new, begun, paused, moved_on):
            work.sagas.add(one)
        begun = work.sagas.save(begun.claimed("d", NOW - timedelta(minutes=1)))  # whose driver died
    with units() as work:
        assert {one.id for one in work.sagas.due(NOW, 10)} == {new.id, begun.id, moved_on.id}
        assert [one.id for one in work.sagas.due_again(NOW, 10)] == [paused.id]


def test_however_much_waits_or_is_not_understood_what_is_new_is_driven_at_once(store: Store) -> None:
    driven: list[str] = []

    class Runner:
        def drive(self, saga_id: str, driver: str) -> None:
            driven.append(saga_id)

    early, first, last = NOW - timedelta(hours=1), saga(ORDERS[2]), saga(ORDERS[2]).paused(NOW - timedelta(minutes=11))
    waiting = [saga(ORDERS[2], at=early).paused(early) for _ in range(60)]
    newer = [saga(ORDERS[2], at=early) for _ in range(180)]
    with PaymentsUnitOfWork(store) as work:
        for one in (*waiting, *newer, first, last):
            work.sagas.add(one)
    for added, some in (({"step": "of_theirs"}, newer[:60]), ({"kind": "of_theirs"}, newer[60:120]), ({"order.of_theirs": 1}, newer[120:])):
        store.database.sagas.update_many({"_id": {"$in": [one.id for one in some]}}, {"$set": added})
    resume = ResumeSagasHandler(lambda: PaymentsUnitOfWork(store), cast(SagaRunner, Runner()), rerunning, new_id, lambda: NOW)
    resume()
    assert driven == [first.id]
    driven.clear()
    store.database.sagas.update_many({"_id": {"$in": [one.id for one in newer]}}, {"$set": {"attempts": 1}})
    store.database.sagas.delete_many({"_id": {"$in": [one.id for one in waiting]}})
    ResumeWaitingSagasHandler(lambda: PaymentsUnitOfWork(store), resume, lambda: NOW)()
    assert driven == [last.id]


def test_orders_of_a_newer_release_are_passed_over_page_by_page(store: Store) -> None:
    """Also where many are due at one moment, and none comes twice."""
    known = [saga(ORDERS[2], at=NOW + timedelta(seconds=n // 7)) for n in range(21)]
    newer = [saga(ORDERS[2], at=NOW + timedelta(seconds=n // 7)) for n in range(21)]
    with PaymentsUnitOfWork(store) as work:
        for one in (*newer, *known):
            work.sagas.add(one)
    store.database.sagas.update_many({"_id": {"$in": [one.id for one in newer]}}, {"$set": {"order.of_theirs": 1}})
    with PaymentsUnitOfWork(store) as work:
        for limit in (1, 2, 5, 20, 21, 50):
            found = work.sagas.due(NOW + timedelta(minutes=1), limit)
            assert len(found) == len({one.id for one in found}) == min(limit, 21)
            assert [one.due_at for one in found] == [one.due_at for one in known[:limit]]


def test_payouts_come_back_latest_first_page_by_page(units: Units) -> None:
    user_id = new_id("user")
    made = [Payout.requested(new_id("payout"), user_id, n, "EUR", NOW) for n in (1, 2, 3)]
    with units() as work:
        for payout in (*made, Payout.requested(new_id("payout"), new_id("user"), 9, "EUR", NOW)):
            work.payouts.add(payout)
    with units() as work:
        first, cursor = work.payouts.page_of(user_id, None, 2)
        rest, last = work.payouts.page_of(user_id, cursor, 2)
        assert work.payouts.get(made[0].id) == made[0]
    assert [*first, *rest] == made[::-1]
    assert last is None


def test_journals_and_balances_agree_and_a_business_key_works_once(units: Units) -> None:
    with units() as work:
        post(work, "e", "one", entries.funded("e", 10**12, "EUR"), NOW)
    with units() as work:
        post(work, "e", "two", entries.refunded("e", 1, "EUR"), NOW)
    with pytest.raises(InvariantBroken), units() as work:
        post(work, "other", "two", entries.funded("e", 1, "EUR"), NOW)
    with units() as work:
        journals = work.journals.of_book("e")
        assert [journal.key for journal in journals] == ["one", "two"]
        verify_chain(journals)
        assert work.journals.of_book("other") == []
        assert {row.account: row.amount for row in work.balances.of_owner("e")} == dict(balances_of(journals))
        assert work.balances.get(entries.held("e", "EUR")).amount == 10**12 - 1
        assert work.balances.get(entries.held("e", "USD")).amount == 0
        assert {row.account.kind for row in work.balances.of_owner("e")} == {AccountKind.PAYER, AccountKind.HELD}


def test_an_account_s_journals_are_found_in_whatever_book_they_stand(units: Units) -> None:
    solver = entries.available("u", "EUR")
    with units() as work:
        post(work, "e", "fund:1", entries.funded("e", 100, "EUR"), NOW)
        post(work, "e", "release:1", entries.released("e", "u", Share(50, 5), "EUR"), NOW)
        post(work, "u", "payout_begun:1", entries.payout_begun("u", 45, "EUR"), NOW)
    with units() as work:
        assert {journal.key for journal in work.journals.of_account(solver)} == {"release:1", "payout_begun:1"}
        assert balances_of(work.journals.of_account(solver)).get(solver, 0) == work.balances.get(solver).amount == 0
        assert work.journals.of_account(entries.available("other", "EUR")) == []


def test_what_is_not_there_cannot_be_set_aside(units: Units) -> None:
    with pytest.raises(InsufficientBalance), units() as work:
        post(work, "u", "payout", entries.payout_begun("u", 1, "EUR"), NOW)


def test_an_account_belongs_to_a_person_once_and_its_state_is_kept(units: Units) -> None:
    account = PayoutAccount.opened("u", "acct_1", ASKED, NOW)
    with units() as work:
        assert work.payout_accounts.get("u") is None
        work.payout_accounts.add(account)
    with pytest.raises(LostRace), units() as work:
        work.payout_accounts.add(PayoutAccount.opened("u", "acct_2", ENABLED, NOW))
    with units() as work:
        assert work.payout_accounts.get("u") == account
        work.payout_accounts.save(account.told(ENABLED, NOW + timedelta(days=1)))
    with units() as work:
        stored = work.payout_accounts.get("u")
        assert stored is not None
        assert (stored.account_id, stored.state, stored.version, stored.updated_at) == ("acct_1", ENABLED, 2, NOW + timedelta(days=1))


def test_accounts_are_gone_through_in_order(units: Units) -> None:
    with units() as work:
        for user_id in ("user_2", "user_1", "user_3"):
            work.payout_accounts.add(PayoutAccount(user_id, 1, f"acct_{user_id}", ENABLED, NOW, NOW))
    with units() as work:
        first = work.payout_accounts.after("", 2)
        rest = work.payout_accounts.after(first[-1].user_id, 2)
        assert [account.account_id for account in (*first, *rest)] == ["acct_user_1", "acct_user_2", "acct_user_3"]
        assert work.payout_accounts.after("user_3", 2) == []


def test_a_customer_belongs_to_a_person_once(units: Units) -> None:
    with units() as work:
        assert work.customers.get("u") is None
        work.customers.add("u", "cus_1", NOW)
    with pytest.raises(LostRace), units() as work:
        work.customers.add("u", "cus_2", NOW)
    with units() as work:
        assert work.customers.get("u") == "cus_1"
        for number in range(51):
            work.customers.begin_removal("u", f"pm_{number}", "call")
        work.customers.begin_removal("nobody", "pm_1", "call")
        told = [work.customers.is_removing(*asked) for asked in (("u", "pm_50", "call"), ("u", "pm_50", "other"), ("u", "pm_0", "call"))]
        assert told == [True, False, False]  # the latest fifty are remembered
        assert not work.customers.is_removing("nobody", "pm_1", "call")


def test_reports_are_kept_by_day_and_a_days_journals_are_found(units: Units) -> None:
    line = Line("fund:1", 10**12, "EUR", "ch_1", "charge")
    found = Difference(DifferenceKind.AMOUNT, line, replace(line, amount=-1, stripe_id=None))
    days = [date(2030, 1, number) for number in (1, 2, 3)]
    with units() as work:
        for day in days:
            work.reconciliations.put(Reconciliation(day, 0, 7, (found,) if day.day == 2 else (), NOW))
    with units() as work:
        stored = work.reconciliations.get(days[1])
        assert stored == Reconciliation(days[1], 1, 7, (found,), NOW)
        assert work.reconciliations.get(date(2030, 1, 4)) is None
        page, cursor = work.reconciliations.page(None, 2)
        rest, end = work.reconciliations.page(cursor, 2)
        assert ([report.day for report in (*page, *rest)], end) == (days[::-1], None)
        work.reconciliations.put(replace(stored, matched=8))
        post(work, "e", "fund:e", entries.funded("e", 5, "EUR"), NOW)
    with units() as work:
        assert [journal.key for journal in work.journals.between(NOW, NOW + timedelta(seconds=1))] == ["fund:e"]
        assert work.journals.between(NOW - timedelta(days=1), NOW) == []
        assert (work.journals.get("fund:e") is not None, work.journals.get("fund:f")) == (True, None)


def test_a_webhook_is_known_once_it_was_taken(units: Units) -> None:
    with units() as work:
        assert not work.webhook_events.is_known("evt_1")
        work.webhook_events.add("evt_1", "a.type", NOW)
    with units() as work:
        assert work.webhook_events.is_known("evt_1")
    with pytest.raises(LostRace), units() as work:
        work.webhook_events.add("evt_1", "a.type", NOW)


def test_migrating_again_changes_nothing(store: Store) -> None:
    before = {name: store.database[name].index_information() for name in store.database.list_collection_names()}
    m0001_initial.migrate(store.database)
    m0002_statements.migrate(store.database)
    assert {name: store.database[name].index_information() for name in store.database.list_collection_names()} == before
    assert {"status_1_due_at_1", "status_1_attempts_1_due_at_1", "status_1_step_1_due_at_1"} <= before["sagas"].keys()
    assert {"moves.source_1", "moves.destination_1"} <= before["journals"].keys()


def test_what_was_given_back_and_could_not_be_funded_again_is_given_back_and_what_never_was_is_unfunded(store: Store) -> None:
    given_back = Milestone("milestone_1", "One", 5, Status.REFUNDED, funded=5, refunded=5)
    kept = escrow(
        milestones=(replace(given_back, status=Status.UNFUNDED), Milestone("milestone_2", "Two", 5), replace(given_back, id="m_3"))
    )
    untouched = escrow()
    with PaymentsUnitOfWork(store) as work:
        work.escrows.add(kept)
        work.escrows.add(untouched)
    for _ in range(2):
        m0026_given_back_milestones.migrate(store.database)
    with PaymentsUnitOfWork(store) as work:
        assert work.escrows.get(kept.id) == replace(kept, version=2, milestones=(given_back, *kept.milestones[1:]))
        assert work.escrows.get(untouched.id) == untouched


def test_what_is_left_to_people_is_listed_while_it_is_the_oldest_first(units: Units) -> None:
    order = RefundOrder("e", "m", 10, "EUR", "ch", "why")
    older, newer = saga(order), saga(order, at=NOW + timedelta(seconds=1))
    with units() as work:
        assert (work.sagas.left_to_people(None, 5), work.sagas.count_left_to_people()) == (([], None), 0)
        for one in (newer, older, saga(order)):
            work.sagas.add(one)
    with units() as work:
        newer, older = (work.sagas.save(one.left_to_people(NOW, "charge_disputed")) for one in (newer, older))
    with units() as work:
        assert (work.sagas.left_to_people(None, 5), work.sagas.count_left_to_people()) == (([older, newer], None), 2)
        assert work.sagas.due_again(NOW + timedelta(hours=23), 5) == []
        assert {row.id for row in work.sagas.due_again(NOW + timedelta(days=2), 5)} == {older.id, newer.id}
        assert work.sagas.count_stuck() == 0
        work.sagas.save(older.claimed("driver", NOW).completed(NOW, reference="SEPA 4711"))
    with units() as work:
        assert [row.id for row in work.sagas.left_to_people(None, 5)[0]] == [newer.id]


def test_releases_that_wait_for_a_persons_account_are_found_while_they_do(units: Units) -> None:
    order = ReleaseOrder("e", "m", "user_1", 10, 1, "EUR", "ch")
    waiting = saga(order).to(Step.TRANSFER, NOW).to(Step.AWAIT_ACCOUNT, NOW)
    with units() as work:
        work.sagas.add(waiting)
        work.sagas.add(saga(order))
        work.sagas.add(saga(replace(order, payee_id="user_2")).to(Step.TRANSFER, NOW).to(Step.AWAIT_ACCOUNT, NOW))
    with units() as work:
        assert [row.id for row in work.sagas.waiting_for("user_1")] == [waiting.id]
        work.sagas.save(waiting.to(Step.TRANSFER, NOW))
    with units() as work:
        assert work.sagas.waiting_for("user_1") == []


def test_the_stuck_are_those_that_run_and_have_failed_often(units: Units) -> None:
    def tried(at_step: Saga, times: int, error: str | None) -> Saga:
        return replace(at_step, id=new_id("saga"), attempts=times, last_error=error)

    refund = saga(RefundOrder("e", "m", 10, "EUR", "ch", "r"))
    waiting = refund.to(Step.AWAIT_REFUND, NOW)
    rows = [tried(row, times, error) for row in (refund, waiting) for times in (7, 8) for error in (None, "away")]
    rows.append(tried(refund, 8, "away").failed(NOW, "declined"))
    with units() as work:
        for row in rows:
            work.sagas.add(row)
    assert [row.stuck for row in rows[:8]] == [False, False, True, True, False, False, False, True]
    with units() as work:
        assert work.sagas.count_stuck() == 3


def test_the_chargebacks_of_an_escrow_are_found(units: Units) -> None:
    taken = Taken((("user_1", 54),), 46, (("milestone_1", 40),), (("user_1", 6),))
    rest = (100, "EUR", "fraudulent", ChargebackStatus.NEEDS_RESPONSE, NOW, NOW, NOW, taken, "ch_1")
    one, other = Chargeback("du_1", 1, "escrow_1", *rest), Chargeback("du_2", 1, "escrow_2", *rest)
    with units() as work:
        work.chargebacks.add(one)
        work.chargebacks.add(other)
    with units() as work:
        assert work.chargebacks.of_escrow("escrow_1") == [one]
        assert work.chargebacks.of_escrow("escrow_3") == []


def test_coupons_are_counted_under_their_version(units: Units) -> None:
    coupon = Coupon("WELCOME", 1, "EUR", 500, None, NOW, None, 2, 1, 0, "user_f", NOW)
    with units() as work:
        work.coupons.add(coupon)
        work.coupons.add(replace(coupon, id="ABC", amount=None, basis_points=100, valid_until=NOW, total_limit=None))
    with units() as work:
        assert work.coupons.get("WELCOME") == coupon
        assert work.coupons.get("OTHER") is None
        page, cursor = work.coupons.page(None, 1)
        assert ([row.id for row in page], cursor) == (["ABC"], "ABC")
        assert [row.id for row in work.coupons.page(cursor, 5)[0]] == ["WELCOME"]
        redeemed, redemptions = coupon.redeem(work.coupons.redemptions("WELCOME", "user_1"), "EUR", NOW)
        work.coupons.save(redeemed)
        work.coupons.save_redemptions(redemptions)
    with units() as work:
        assert work.coupons.redemptions("WELCOME", "user_1").number == 1
        assert work.coupons.redemptions("WELCOME", "user_2").number == 0
        work.coupons.save_redemptions(replace(work.coupons.redemptions("WELCOME", "user_1"), number=0))
    with pytest.raises((LostRace, StaleVersion)), units() as work:
        work.coupons.save(redeemed)
    with units() as work:
        ended = work.coupons.save(replace(redeemed, version=2).end(NOW))
    with units() as work:
        assert work.coupons.get("WELCOME") == ended
    with pytest.raises(CouponNotValid):
        ended.redeem(Redemptions("WELCOME", "user_2"), "EUR", NOW)
