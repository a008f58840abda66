"""A row that contradicts itself is told of, and the timers go on with the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from payments_fake_stripe import FakeStripe
from payments_fakes import CrashPoints
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs
from test_payments_storage import NOW, escrow
from test_subscription_storage import bill, subscription

from chassis.ids import new_id
from chassis.mongo import Store
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.rerunning import rerunning
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain import entries
from payments.domain.escrow import Escrow
from payments.domain.milestone import Charge, Milestone
from payments.domain.silence import SILENCE
from payments.domain.subscriptions import entries as subscription_entries
from payments.usecases.bookkeeping import post
from payments.usecases.check_conservation import AT_ONCE, CheckConservationHandler, Place
from payments.usecases.earn_bills import EarnBillsHandler
from payments.usecases.ports import DatabaseAway, UnitOfWork
from payments.usecases.release_by_silence import ReleaseBySilenceHandler
from payments.usecases.resume_sagas import ResumeSagasHandler
from payments.usecases.sagas.runner import saga_runner

LATER = NOW + SILENCE + timedelta(days=1)
Units = Callable[[], UnitOfWork]


class Alarms:
    def __init__(self) -> None:
        self.rows = self.breaches = 0

    def checked(self) -> None:
        self.rows += 1

    def breach(self) -> None:
        self.breaches += 1


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture
def units(store: Store) -> Units:
    return lambda: PaymentsUnitOfWork(store)


def funded(units: Units, due_at: int) -> Escrow:
    """Delivered work, whose silence ends at this second; its money is held."""
    made = escrow(milestones=(Milestone(new_id("milestone"), "One", 1_000),)).begin_funding("s", None, 1000)
    made = made.hold("s", Charge("pi_0", "ch_pi_0"), NOW).deliver(made.milestones[0].id, NOW + SILENCE + timedelta(seconds=due_at), 1)
    with units() as work:
        work.escrows.add(made)
        post(work, made.id, f"fund:{made.id}", entries.funded(made.id, 1_000, "EUR"), NOW)
    return made


def test_one_row_that_cannot_be_read_stops_neither_the_check_nor_the_payments(store: Store, units: Units) -> None:
    unreadable, false, sound = (funded(units, second) for second in range(3))
    store.database.escrows.update_one({"_id": unreadable.id}, {"$inc": {"milestones.0.held": 1}})
    store.database.balances.update_one({"_id": entries.held(false.id, "EUR").id}, {"$inc": {"amount": 1}})
    check = CheckConservationHandler(units, alarms := Alarms(), rerunning)
    with capture_logs() as logged:
        check()
    assert (alarms.rows, alarms.breaches, check.place.escrow_id) == (3, 2, "")
    told = {line["escrow_id"] for line in logged if line["event"] == "conservation_broken"}
    assert told == {unreadable.id, false.id}

    with capture_logs() as logged:
        ReleaseBySilenceHandler(units, rerunning, new_id, lambda: LATER)()
    assert [line["escrow_id"] for line in logged if line["log_level"] == "error"] == [unreadable.id]
    stripe = FakeStripe(CrashPoints())
    stripe.create_intent(amount=1_000, currency="EUR", saga_id="s", key="k", escrow_id=sound.id)
    stripe.confirm_intent("pi_0", "pm_card_visa", key="l")
    runner = saga_runner(units, stripe, new_id, lambda: LATER)
    ResumeSagasHandler(units, runner, rerunning, new_id, lambda: LATER)()
    with units() as work:
        paid, kept = work.escrows.get(sound.id), work.escrows.get(false.id)
        assert paid is not None
        assert kept is not None
        assert (paid.released, kept.released, kept.frozen is not None) == (900, 0, True)


def test_the_check_moves_on_behind_what_it_cannot_read(store: Store, units: Units) -> None:
    with units() as work:
        for _ in range(AT_ONCE + 1):
            work.escrows.add(escrow())
    store.database.escrows.update_many({}, {"$inc": {"milestones.0.held": 1}})
    check = CheckConservationHandler(units, alarms := Alarms(), rerunning, Place())
    check()
    check()
    assert (alarms.rows, alarms.breaches) == (AT_ONCE + 1, AT_ONCE + 1)


def test_one_bill_that_cannot_be_read_stops_no_other(store: Store, units: Units) -> None:
    broken, sound = (bill(subscription()).paid(Charge("pi", "ch"), NOW) for _ in range(2))
    broken = replace(broken, period_end=broken.period_end - timedelta(days=1))
    with units() as work:
        for one in (broken, sound):
            work.bills.add(one)
            post(work, one.subscription_id, f"subscription:{one.id}", subscription_entries.charged(one), NOW)
    store.database.bills.update_one({"_id": broken.id}, {"$set": {"refunded": broken.amount + 1}})
    with capture_logs() as logged:
        EarnBillsHandler(units, rerunning, lambda: sound.period_end)()
    assert [line["bill_id"] for line in logged if line["event"] == "bill_not_earned"] == [broken.id]
    with units() as work:
        earned = work.bills.get(sound.id)
        assert earned is not None
        assert earned.earned


def test_a_database_that_is_away_is_nobodys_own_trouble(units: Units) -> None:
    for second in range(2):
        funded(units, second)
    asked = []

    def away() -> UnitOfWork:
        asked.append(1)
        if len(asked) > 1:
            raise AutoReconnect
        return units()

    check = CheckConservationHandler(away, alarms := Alarms(), rerunning)
    with pytest.raises(DatabaseAway):
        check()
    assert (len(asked), alarms.rows) == (2, 0)
