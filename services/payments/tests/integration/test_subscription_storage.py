"""What is kept of subscriptions, in the fake and in MongoDB: both pass one suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from payments_fakes import Memory
from payments_subscribing import PLANS

from chassis.documents import StaleVersion
from chassis.ids import new_id
from chassis.mongo import LostRace, Store
from contracts.identity.organisation_views import OrganisationRole
from contracts.payments.subscription_views import BillKind, EndReason, SubscriptionStatus
from contracts.payments.views import ChargebackStatus as Case
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain.milestone import Charge
from payments.domain.payer_action import PayerAction
from payments.domain.saga import Order, Saga
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.membership import Membership
from payments.domain.subscriptions.orders import BillOrder, BillRefundOrder
from payments.domain.subscriptions.plan import new_plan
from payments.domain.subscriptions.starting import begun
from payments.domain.subscriptions.subscriber import Subscriber
from payments.domain.subscriptions.subscription import Entitlement, Subscription
from payments.migrations import m0010_subscriptions
from payments.usecases.ports import UnitOfWork

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
Units = Callable[[], UnitOfWork]
PLAN = new_plan(PLANS[0], trial_days=14, offered=True)


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def units(request: pytest.FixtureRequest) -> Units:
    if request.param == "fake":
        return Memory().unit_of_work
    store: Store = request.getfixturevalue("store")
    return lambda: PaymentsUnitOfWork(store)


def subscription(owner_id: str | None = None, **changes: Any) -> Subscription:
    owner_id = owner_id or new_id("user")
    return replace(begun(new_id("subscription"), owner_id, owner_id, "pm_x", PLAN, NOW, trial=True), **changes)


def bill(of: Subscription, kind: BillKind = BillKind.RENEWAL, since: datetime = NOW, **changes: Any) -> Bill:
    fresh = Bill(new_id("bill"), 1, of.id, of.payer_id, kind, of.terms, 900, since, since + timedelta(days=31), NOW)
    return replace(fresh, **changes)


def test_a_subscription_comes_back_as_it_was_kept(units: Units) -> None:
    kept = subscription()
    full = subscription(
        next_terms=PLANS[2],
        status=SubscriptionStatus.CANCELLED,
        cancel_at_period_end=True,
        bill_id="bill_x",
        saga_id="saga_x",
        failures=2,
        next_at=NOW,
        action=PayerAction("https://bank.example", "secret", NOW),
        ended_at=NOW,
        end_reason=EndReason.STAFF,
    )
    with units() as work:
        work.subscriptions.add(kept)
        work.subscriptions.add(full)
    with units() as work:
        assert (work.subscriptions.get(kept.id), work.subscriptions.get(full.id)) == (kept, full)
        assert work.subscriptions.get("subscription_other") is None
        saved = work.subscriptions.save(replace(kept, cancel_at_period_end=True))
    assert saved == replace(kept, cancel_at_period_end=True, version=2)
    with pytest.raises((LostRace, StaleVersion)), units() as work:
        work.subscriptions.save(kept)


def test_the_clock_finds_what_is_due_and_nothing_that_is_being_charged_or_over(units: Units) -> None:
    notice, renewal = subscription(), subscription(notice_at=None, period_end=NOW)
    charging, over = subscription(period_end=NOW, saga_id="s"), subscription(status=SubscriptionStatus.CANCELLED, next_at=None)
    later = subscription(notice_at=None, period_end=NOW + timedelta(seconds=1))
    with units() as work:
        for one in (notice, renewal, charging, over, later):
            work.subscriptions.add(one)
    with units() as work:
        assert [one.id for one in work.subscriptions.due(NOW, 9)] == [renewal.id]
        assert [one.id for one in work.subscriptions.due(NOW + timedelta(days=11), 9)] == [renewal.id, later.id, notice.id]
        assert [one.id for one in work.subscriptions.due(NOW + timedelta(days=11), 1)] == [renewal.id]


def test_subscriptions_are_paged_by_owner_and_by_status(units: Units) -> None:
    owner_id = new_id("user")
    own = [subscription(owner_id, status=SubscriptionStatus.CANCELLED), subscription(owner_id), subscription(owner_id)]
    with units() as work:
        for one in (*own, subscription()):
            work.subscriptions.add(one)
    with units() as work:
        first, cursor = work.subscriptions.page_of(owner_id, None, 2)
        rest, end = work.subscriptions.page_of(owner_id, cursor, 2)
        assert [one.id for one in (*first, *rest)] == [one.id for one in reversed(own)]
        assert end is None
        assert [one.id for one in work.subscriptions.page(SubscriptionStatus.CANCELLED, None, 9)[0]] == [own[0].id]
        assert len(work.subscriptions.page(None, None, 9)[0]) == 4


def test_a_period_has_one_bill_and_upgrades_as_many_as_there_are(units: Units) -> None:
    of = subscription()
    kept = bill(of)
    with units() as work:
        work.bills.add(kept)
        for _ in range(2):
            work.bills.add(bill(of, BillKind.UPGRADE))
        work.bills.add(bill(of, since=NOW + timedelta(days=31)))
    with pytest.raises(LostRace), units() as work:
        work.bills.add(bill(of))
    with units() as work:
        assert work.bills.get(kept.id) == kept
        assert len(work.bills.page_of(of.id, None, 9)[0]) == 4


def test_a_bill_is_due_to_be_earned_once_paid_and_until_it_is(units: Units) -> None:
    kept = bill(subscription())
    with units() as work:
        work.bills.add(kept)
    end = kept.period_end
    with units() as work:
        assert work.bills.due_to_earn(end, 9) == []
        paid = work.bills.save(kept.paid(Charge("pi", "ch"), NOW))
    with units() as work:
        assert work.bills.due_to_earn(end - timedelta(seconds=1), 9) == []
        assert work.bills.due_to_earn(end, 9) == [paid.id]
        refunding = work.bills.save(paid.begin_refund("s", 100))
    with units() as work:
        assert work.bills.due_to_earn(end, 9) == []
        done = work.bills.save(refunding.refund("s").earn())
    with units() as work:
        assert work.bills.due_to_earn(end, 9) == []
        assert work.bills.get(kept.id) == done


def test_owners_plans_and_memberships_come_back_as_they_were_kept(units: Units) -> None:
    with units() as work:
        assert work.subscribers.get("user_x") == Subscriber("user_x")
        work.subscribers.put(Subscriber("user_x", 0, "subscription_x", True, 3, Entitlement(("a.b",), NOW)))
        work.plans.put(replace(PLAN, id="test-plan"))
        work.memberships.put(Membership("organisation_x", "user_x", OrganisationRole.OWNER, 2))
        assert work.memberships.get("organisation_x", "user_y") is None
    with units() as work:
        kept, plan = work.subscribers.get("user_x"), work.plans.get("test-plan")
        member = work.memberships.get("organisation_x", "user_x")
        assert kept == Subscriber("user_x", 1, "subscription_x", True, 3, Entitlement(("a.b",), NOW))
        assert plan == replace(PLAN, id="test-plan")
        assert member == Membership("organisation_x", "user_x", OrganisationRole.OWNER, 2, 1)
        work.plans.put(replace(plan, offered=False))
        work.subscribers.put(replace(kept, subscription_id=None))
        work.memberships.put(replace(member, role=None, sequence=3))
    with units() as work:
        assert "test-plan" not in [one.id for one in work.plans.offered()]
        assert work.subscribers.get("user_x").subscription_id is None
        assert work.memberships.get("organisation_x", "user_x") == Membership("organisation_x", "user_x", None, 3, 2)


@pytest.mark.parametrize(
    "order",
    [BillOrder("b", "s", 10**12, "EUR", "pm_x", None, True), BillRefundOrder("b", 10, "EUR", "ch", "why", owed=True)],
    ids=["bill", "bill_refund"],
)
def test_a_saga_of_a_bill_comes_back_as_it_was_kept(units: Units, order: Order) -> None:
    kept = Saga.begin(new_id("saga"), order, call_key="key", driver=None, at=NOW)
    with units() as work:
        work.sagas.add(kept)
    with units() as work:
        assert work.sagas.get(kept.id) == kept


def test_the_plans_to_begin_with_are_there_and_stay_as_finance_has_made_them(store: Store) -> None:
    with PaymentsUnitOfWork(store) as work:
        offered = work.plans.offered()
        assert len(offered) == 8
        pro = work.plans.get("expert-pro-annual")
        assert pro is not None
        assert (pro.terms.price, pro.terms.currency, pro.trial_days) == (19_000, "EUR", 14)
        work.plans.put(replace(pro, offered=False))
    m0010_subscriptions.migrate(store.database)
    with PaymentsUnitOfWork(store) as work:
        assert len(work.plans.offered()) == 7


def test_a_chargeback_of_a_bill_is_kept_whole_and_the_latest_is_listed_first(units: Units) -> None:
    case = BillChargeback("du_1", 1, new_id("subscription"), new_id("bill"), 900, "EUR", "fraudulent", Case.INQUIRY, NOW, NOW, NOW)
    later = replace(case, id="du_2", evidence_due_by=None, created_at=NOW + timedelta(days=1))
    with units() as work:
        work.bill_chargebacks.add(case)
        work.bill_chargebacks.add(later)
    with units() as work:
        assert (work.bill_chargebacks.get("du_1"), work.bill_chargebacks.get("du_2")) == (case, later)
        assert work.bill_chargebacks.get("du_3") is None
        assert [found.id for found in work.bill_chargebacks.page(None, 20)[0]] == ["du_2", "du_1"]
        saved = work.bill_chargebacks.save(case.took().become(Case.LOST, NOW))
    with units() as work:
        assert work.bill_chargebacks.get("du_1") == saved
    with pytest.raises((LostRace, StaleVersion)), units() as work:
        work.bill_chargebacks.save(case)


def test_what_a_bank_has_taken_of_a_bill_is_kept(units: Units) -> None:
    paid = bill(subscription()).paid(Charge("pi_1", "ch_1"), NOW)
    with units() as work:
        work.bills.add(paid)
    with units() as work:
        work.bills.save(paid.charge_back(400).lose())
    with units() as work:
        found = work.bills.get(paid.id)
    assert found is not None
    assert (found.charged_back, found.lost, found.kept) == (400, True, 500)
