"""Plans, and going over from one to another: what it costs, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payments_bank import person
from payments_subscribing import SET, START, VISA, Subscribing, terms

from contracts.identity.roles import Role
from contracts.money import Price
from contracts.payments.events import SubscriptionPlanChanged
from contracts.payments.subscription_views import BillingInterval, PlanAudience, SubscriptionStatus
from contracts.payments.subscriptions import ListPlans, PreviewPlanChange, PutPlan
from payments.domain.amount_errors import AmountNotPayable
from payments.domain.errors import FinanceOnly, PaymentDeclined
from payments.domain.subscriptions.errors import (
    NotPaid,
    PlanIsFixed,
    PlanNotForThisOwner,
    PlanNotFound,
    PlanPriceTooLow,
    PlanUnchanged,
    WillBeCancelled,
)
from payments.domain.subscriptions.periods import period_end, rounded_part
from payments.domain.subscriptions.plan import SMALLEST_CHARGE, upgrade
from payments.usecases.list_plans import ListPlansHandler
from payments.usecases.preview_plan_change import PreviewPlanChangeHandler
from payments.usecases.put_plan import PutPlanHandler

MONTH, YEAR = BillingInterval.MONTH, BillingInterval.YEAR
HALF = START + timedelta(days=14)  # of the 28 days to the end of February


@pytest.fixture
def world() -> Subscribing:
    world = Subscribing()
    world.start()
    return world


def test_an_upgrade_is_now_and_costs_the_difference_for_the_time_that_is_left(world: Subscribing) -> None:
    world.until(HALF)
    told = PreviewPlanChangeHandler(world.memory.unit_of_work, world.clock.now)(
        PreviewPlanChange(subscription_id=world.subscription.id, plan_id="pro-month"), world.owner
    )
    assert (told.charge.amount_minor, told.takes_effect_at, told.period_end) == (500, HALF, world.subscription.period_end)
    view = world.change("pro-month", key="k")
    assert world.change("pro-month", key="k") == view
    assert (view.plan_id, view.period_end, world.entitled()) == ("pro-month", told.period_end, SET["pro"])
    assert world.paid == [("2031-01-31", 900), ("2031-02-14", 500)]
    assert [fact.previous_plan_id for fact in world.events(SubscriptionPlanChanged)] == ["plus-month"]
    world.until(datetime(2031, 3, 1, tzinfo=UTC))
    assert world.paid[-1] == ("2031-02-28", 1_900)
    world.check()


def test_to_a_longer_interval_a_new_period_begins_and_what_is_left_of_the_old_is_taken_off(world: Subscribing) -> None:
    world.until(HALF)
    view = world.change("pro-year")
    assert (view.period_start, view.period_end) == (HALF, HALF.replace(year=2032))
    assert world.paid[-1] == ("2031-02-14", 19_000 - 450)
    world.check()


def test_a_downgrade_waits_for_the_periods_end_and_can_be_taken_back(world: Subscribing) -> None:
    world.change("pro-month")
    paid = len(world.paid)
    assert world.change("plus-month").next_plan_id == "plus-month"
    with pytest.raises(PlanUnchanged):
        world.change("plus-month")
    assert world.change("pro-month").next_plan_id is None
    assert world.change("plus-year").next_plan_id == "plus-year"
    assert len(world.paid) == paid
    assert world.entitled() == SET["pro"]
    world.until(datetime(2031, 3, 1, tzinfo=UTC))
    assert (world.subscription.terms.plan_id, world.subscription.next_terms, world.entitled()) == ("plus-year", None, SET["plus"])
    assert world.paid[-1] == ("2031-02-28", 9_000)
    world.check()


def test_what_is_too_small_to_be_charged_waits_for_the_periods_end(world: Subscribing) -> None:
    world.until(world.subscription.period_end - timedelta(days=2))
    assert world.change("pro-month").next_plan_id == "pro-month"
    assert len(world.paid) == 1
    world.until(world.subscription.period_end)
    assert world.paid[-1] == ("2031-02-28", 1_900)
    world.check()


def test_an_upgrade_that_is_declined_changes_nothing(world: Subscribing) -> None:
    world.stripe.broke.add(VISA)
    with pytest.raises(PaymentDeclined):
        world.change("pro-month")
    subscription = world.subscription
    assert (subscription.terms.plan_id, subscription.status, subscription.charging) == ("plus-month", SubscriptionStatus.ACTIVE, False)
    assert world.entitled() == SET["plus"]
    world.check()


def test_during_a_trial_any_change_is_now_and_free() -> None:
    world = Subscribing(trial_days=14)
    world.start("pro-month")
    view = world.change("plus-year")
    assert (view.plan_id, view.next_plan_id, world.entitled(), world.bills) == ("plus-year", None, SET["plus"], [])
    world.until(START + timedelta(days=14))
    assert world.paid == [("2031-02-14", 9_000)]
    world.check()


def test_what_is_cancelled_past_due_or_for_others_does_not_change(world: Subscribing) -> None:
    for plan, refusal in (("plus-month", PlanUnchanged), ("team-month", PlanNotForThisOwner), ("no-month", PlanNotFound)):
        with pytest.raises(refusal):
            world.change(plan)
    world.cancel()
    with pytest.raises(WillBeCancelled):
        world.change("pro-month")
    world.undo()
    world.stripe.broke.add(VISA)
    world.until(datetime(2031, 3, 1, tzinfo=UTC))
    with pytest.raises(NotPaid):
        world.change("pro-month")
    world.check()


# plans


def put(world: Subscribing, by: Role = Role.FINANCE, **changes: object) -> int:
    fields = {"plan_id": "new-plan", "name": "New", "audience": "expert", "interval": "month", "rank": 5, "entitlements": ["a.b", "a.b"]}
    command = PutPlan(**fields | {"price": Price(amount_minor=500, currency="EUR")} | changes)  # type: ignore[arg-type]
    return PutPlanHandler(world.memory.unit_of_work)(command, person(by)).version


def test_finance_makes_and_changes_plans(world: Subscribing) -> None:
    assert [put(world), put(world, price=Price(amount_minor=600, currency="EUR"))] == [1, 2]
    listed = ListPlansHandler(world.memory.unit_of_work)(ListPlans(audience=PlanAudience.EXPERT)).items
    assert [(plan.id, plan.price.amount_minor) for plan in listed][:2] == [("new-plan", 600), ("plus-month", 900)]
    assert listed[0].entitlements == ("a.b",)
    put(world, offered=False)
    listed = ListPlansHandler(world.memory.unit_of_work)(ListPlans()).items
    assert [plan.id for plan in listed] == ["plus-month", "plus-year", "pro-month", "pro-year", "team-month"]
    with pytest.raises(PlanNotForThisOwner):
        world.change("new-plan")


def test_what_a_plan_may_not_be(world: Subscribing) -> None:
    put(world)
    with pytest.raises(FinanceOnly):
        put(world, Role.MODERATOR)
    for changes in ({"audience": "organisation"}, {"interval": "year"}, {"price": Price(amount_minor=500, currency="USD")}):
        with pytest.raises(PlanIsFixed):
            put(world, **changes)
    with pytest.raises(PlanPriceTooLow):
        put(world, plan_id="cheap", price=Price(amount_minor=99, currency="EUR"))
    with pytest.raises(AmountNotPayable):
        put(world, plan_id="dinars", price=Price(amount_minor=1_005, currency="KWD"))


# arithmetic


@pytest.mark.parametrize(
    ("start", "interval", "day", "ends"),
    [
        ("2031-01-31", MONTH, 31, "2031-02-28"),
        ("2031-02-28", MONTH, 31, "2031-03-31"),
        ("2032-01-30", MONTH, 30, "2032-02-29"),
        ("2031-12-31", MONTH, 31, "2032-01-31"),
        ("2031-11-30", MONTH, 31, "2031-12-31"),
        ("2032-02-29", YEAR, 29, "2033-02-28"),
        ("2035-02-28", YEAR, 29, "2036-02-29"),
        ("2031-06-15", YEAR, 15, "2032-06-15"),
    ],
)
def test_a_period_ends_on_its_anchor_day(start: str, interval: BillingInterval, day: int, ends: str) -> None:
    begun = datetime.fromisoformat(start).replace(hour=23, minute=59, tzinfo=UTC)
    assert period_end(begun, interval, day) == datetime.fromisoformat(ends).replace(hour=23, minute=59, tzinfo=UTC)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.sampled_from(list(BillingInterval)))
def test_periods_follow_each_other_and_never_lose_their_day(start: datetime, interval: BillingInterval) -> None:
    end, longest = start, 31 if interval is MONTH else 366
    for _ in range(14):
        end, before = period_end(end, interval, start.day), end
        assert 28 <= (end - before).days <= longest
        last = (end.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        assert end.day == min(start.day, last.day)


@given(st.integers(0, 10**12), st.integers(0, 31 * 86_400_000), st.sampled_from([1, 10]))
def test_a_part_is_off_by_half_a_step_at_most_and_two_parts_by_one_step(amount: int, milliseconds: int, step: int) -> None:
    whole = timedelta(days=31)
    part = timedelta(milliseconds=milliseconds)
    amount -= amount % step
    first, second = rounded_part(amount, part, whole, step), rounded_part(amount, whole - part, whole, step)
    assert first % step == 0
    assert abs(2 * (first * (whole // timedelta(milliseconds=1)) - amount * milliseconds)) <= step * (whole // timedelta(milliseconds=1))
    assert 0 <= first + second - amount <= step


@given(st.integers(100, 10**9), st.integers(100, 10**9), st.integers(1, 28 * 86_400_000 - 1))
def test_an_upgrade_never_costs_more_than_the_difference_nor_too_little_to_be_charged(old: int, new: int, gone: int) -> None:
    end = START + timedelta(days=28)
    found = upgrade(terms("a", MONTH, old, 1), terms("b", MONTH, new, 2), START, end, START + timedelta(milliseconds=gone))
    if found is None:
        assert rounded_part(new - old, end - START - timedelta(milliseconds=gone), end - START) < SMALLEST_CHARGE
    else:
        assert SMALLEST_CHARGE <= found.charge <= new - old
        assert found.until == end
