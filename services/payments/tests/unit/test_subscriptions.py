"""Subscribing, renewing, failing to pay, cancelling and coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from payments_bank import person
from payments_subscribing import PLANS, SET, START, VISA, Subscribing

from chassis.ids import new_id
from chassis.principal import PersonRequired
from contracts.admin.events import ActionTaken
from contracts.identity.events import MemberAdded, MemberRemoved, MemberRoleChanged
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.roles import Role
from contracts.payments.events import (
    EntitlementChanged,
    SubscriptionEnded,
    SubscriptionPaymentFailed,
    SubscriptionRefunded,
    SubscriptionStarted,
    TrialEnding,
)
from contracts.payments.subscription_views import BillKind, BillStatus, EndReason, SubscriptionStatus, SubscriptionView
from contracts.payments.subscriptions import GetSubscription, ListAllSubscriptions, ListBills, ListSubscriptions, StartSubscription
from payments.domain.errors import EmailNotVerified, FinanceOnly, PaymentDeclined
from payments.domain.ledger import AccountKind
from payments.domain.subscriptions.errors import (
    AlreadySubscribed,
    AmountAbovePaid,
    BillNotPaid,
    BillRefundRefused,
    NotCancelled,
    NothingDue,
    NotTheSubscriber,
    OwnerNotFound,
    PaymentUnderWay,
    PlanNotForThisOwner,
    PlanNotFound,
    SubscriptionNotFound,
    SubscriptionOver,
)
from payments.domain.wallet_errors import PaymentMethodRefused
from payments.usecases.get_subscription import GetSubscriptionHandler
from payments.usecases.keep_membership import KeepMembershipHandler
from payments.usecases.list_all_subscriptions import ListAllSubscriptionsHandler
from payments.usecases.list_bills import ListBillsHandler
from payments.usecases.list_subscriptions import ListSubscriptionsHandler
from payments.usecases.ports import MovementStatus

DAY = timedelta(days=1)
Status = SubscriptionStatus


def at(month: int, day: int, year: int = 2031) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.fixture
def world() -> Subscribing:
    return Subscribing()


def test_the_first_period_is_paid_at_once_and_the_anchor_day_is_kept(world: Subscribing) -> None:
    view = world.start()
    assert (view.status, view.period_start, view.period_end) == (Status.ACTIVE, START, at(2, 28))
    assert world.entitled() == SET["plus"]
    world.until(at(5, 1))
    assert world.paid == [("2031-01-31", 900), ("2031-02-28", 900), ("2031-03-31", 900), ("2031-04-30", 900)]
    assert (world.in_ledger(AccountKind.REVENUE), world.in_ledger(AccountKind.DEFERRED)) == (2_700, 900)
    assert len(world.events(SubscriptionStarted)) == 1
    world.check()


def test_a_leap_year_is_renewed_on_its_last_day(world: Subscribing) -> None:
    world.clock.advance(at(2, 29, 2032) - START)
    assert world.start("plus-year").period_end == at(2, 28, 2033)
    world.clock.advance(at(2, 29, 2036) - world.clock.now())
    world.settle()
    assert [start for start, _ in world.paid] == ["2032-02-29", "2033-02-28", "2034-02-28", "2035-02-28", "2036-02-29"]
    world.check()


def test_two_replicas_and_a_thousand_ticks_charge_a_period_once(world: Subscribing) -> None:
    world.start()
    world.clock.advance(at(2, 28) - START)
    for _ in range(10):
        world.turn_handler()
        world.turn()
    assert world.paid == [("2031-01-31", 900), ("2031-02-28", 900)]
    assert len(world.stripe.intents) == 2


def test_after_a_long_night_each_period_is_charged_once_in_turn(world: Subscribing) -> None:
    world.start()
    world.clock.advance(timedelta(days=100))
    world.settle()
    assert [start for start, _ in world.paid] == ["2031-01-31", "2031-02-28", "2031-03-31", "2031-04-30"]
    world.check()


def test_a_first_payment_that_fails_leaves_nothing_and_another_may_be_tried(world: Subscribing) -> None:
    with pytest.raises(PaymentDeclined):
        world.start(method="pm_card_chargeDeclined")
    assert (world.subscription.status, world.subscription.end_reason) == (Status.FAILED, EndReason.PAYMENT_FAILED)
    assert world.events(EntitlementChanged) == []
    assert [bill.status for bill in world.bills] == [BillStatus.VOID]
    assert world.start().status is Status.ACTIVE
    world.check()


def test_one_key_is_one_subscription_and_another_is_refused(world: Subscribing) -> None:
    first = world.start(key="k")
    assert world.start(key="k").id == first.id
    with pytest.raises(AlreadySubscribed):
        world.start(key="other")
    assert world.paid == [("2031-01-31", 900)]


def test_who_may_subscribe_to_what(world: Subscribing) -> None:
    for plan, refusal in (("team-month", PlanNotForThisOwner), ("none-month", PlanNotFound)):
        with pytest.raises(refusal):
            world.start(plan)
    with pytest.raises(PaymentMethodRefused):
        world.start(method="pm_not_saved")
    with pytest.raises(PaymentMethodRefused):  # saved by somebody else
        world.start(by=person(Role.EXPERT))
    with pytest.raises(EmailNotVerified):
        world.start(by=person(Role.EXPERT, email_verified=False))
    for_another = StartSubscription(plan_id="plus-month", payment_method=VISA, owner_id=person(Role.EXPERT).user_id)
    with pytest.raises(OwnerNotFound):
        world.start_handler(for_another, world.owner)
    assert world.subscriptions == []


def test_a_bank_that_wants_to_hear_from_the_payer_is_shown_to_the_payer_alone(world: Subscribing) -> None:
    view = world.start(method="pm_card_authenticationRequired")
    assert (view.status, view.action_url, view.payment_under_way) == (Status.INCOMPLETE, "https://bank.example/3ds", True)
    seen = GetSubscriptionHandler(world.memory.unit_of_work)(GetSubscription(subscription_id=view.id), world.finance)
    assert seen.action_url is None
    world.stripe.succeed("pi_0")
    world.webhook("evt_1", world.subscription.saga_id or "")
    assert (world.subscription.status, world.subscription.action) == (Status.ACTIVE, None)
    world.check()


# trials


def test_a_trial_costs_nothing_is_told_to_end_and_is_paid_for_then() -> None:
    world = Subscribing(trial_days=14)
    view = world.start()
    assert (view.status, view.period_end) == (Status.TRIALING, START + 14 * DAY)
    assert world.entitled() == SET["plus"]
    world.until(START + 11 * DAY)
    assert [fact.amount.amount_minor for fact in world.events(TrialEnding)] == [900]
    assert world.bills == []
    world.until(START + 14 * DAY)
    assert world.paid == [("2031-02-14", 900)]
    assert (world.subscription.status, world.subscription.period_end) == (Status.ACTIVE, at(3, 14))
    assert len(world.events(TrialEnding)) == 1
    world.check()


def test_there_is_one_trial_for_an_owner() -> None:
    world = Subscribing(trial_days=14)
    world.start()
    world.cancel()
    world.until(START + 15 * DAY)
    assert (world.subscription.status, world.bills, world.events(TrialEnding)) == (Status.CANCELLED, [], [])
    assert world.start("pro-month").status is Status.ACTIVE
    assert world.paid == [("2031-02-15", 1_900)]
    world.check()


def test_a_trial_that_is_not_paid_for_is_dunned() -> None:
    world = Subscribing(trial_days=14)
    world.start(method="pm_card_chargeDeclined")
    world.until(START + 14 * DAY)
    assert (world.subscription.status, world.entitled()) == (Status.PAST_DUE, SET["plus"])
    world.check()


# failed renewals


def test_a_failed_renewal_is_tried_on_days_1_3_5_and_7_and_given_up(world: Subscribing) -> None:
    world.start()
    world.stripe.broke.add(VISA)
    world.until(at(3, 8))
    failed = world.events(SubscriptionPaymentFailed)
    assert [fact.next_attempt_at and (fact.next_attempt_at - at(2, 28)).days for fact in failed] == [1, 3, 5, 7, None]
    assert {fact.code for fact in failed} == {"generic_decline"}
    assert (world.subscription.status, world.entitled()) == (Status.UNPAID, ())
    assert len({fact.bill_id for fact in failed}) == 1  # one bill, five charges that failed
    assert [bill.status for bill in world.bills] == [BillStatus.PAID, BillStatus.VOID]
    world.until(at(4, 20))
    (ended,) = world.events(SubscriptionEnded)
    assert (ended.reason, world.subscription.status) == (EndReason.PAYMENT_FAILED, Status.CANCELLED)
    world.check()


def test_money_on_day_3_keeps_the_period_and_everything_entitled_to(world: Subscribing) -> None:
    world.start()
    world.stripe.broke.add(VISA)
    world.until(at(3, 2))
    assert (world.subscription.status, world.entitled()) == (Status.PAST_DUE, SET["plus"])
    world.stripe.broke.clear()
    world.until(at(3, 4))
    assert (world.subscription.status, world.subscription.period_end) == (Status.ACTIVE, at(3, 31))
    assert world.paid == [("2031-01-31", 900), ("2031-02-28", 900)]
    world.check()


def test_a_bank_that_wants_the_payer_declines_at_night_and_asks_by_day(world: Subscribing) -> None:
    world.start()
    world.pay_with("pm_card_authenticationRequired")
    world.until(at(3, 1))
    assert world.subscription.status is Status.PAST_DUE
    view = world.resume()
    assert (view.status, view.action_url) == (Status.PAST_DUE, "https://bank.example/3ds")
    with pytest.raises(PaymentUnderWay):
        world.resume()
    world.stripe.succeed(f"pi_{len(world.stripe.intents) - 1}")
    world.clock.advance(timedelta(minutes=11))
    world.settle()
    assert (world.subscription.status, world.subscription.period_end) == (Status.ACTIVE, at(3, 31))
    world.check()


def test_paying_by_hand_with_another_card_takes_nothing_from_the_tries(world: Subscribing) -> None:
    world.start()
    world.stripe.broke.add(VISA)
    world.until(at(2, 28) + timedelta(hours=6))
    tried = world.subscription.next_at
    with pytest.raises(PaymentDeclined):
        world.resume("pm_card_chargeDeclined")
    assert (world.subscription.status, world.subscription.next_at, world.subscription.failures) == (Status.PAST_DUE, tried, 1)
    assert world.resume("pm_card_other", key="k").status is Status.ACTIVE
    assert world.resume("pm_card_other", key="k").status is Status.ACTIVE
    assert world.subscription.payment_method == "pm_card_other"
    with pytest.raises(NothingDue):
        world.resume()
    assert world.paid == [("2031-01-31", 900), ("2031-02-28", 900)]
    world.check()


def test_who_pays_after_it_was_given_up_begins_a_new_period(world: Subscribing) -> None:
    world.start()
    world.stripe.broke.add(VISA)
    world.until(at(3, 20))
    assert world.subscription.status is Status.UNPAID
    with pytest.raises(PaymentDeclined):
        world.resume()
    view = world.resume("pm_card_other")
    assert (view.status, view.period_start, view.period_end) == (Status.ACTIVE, at(3, 20), at(4, 20))
    assert world.entitled() == SET["plus"]
    world.until(at(4, 21))
    assert [start for start, _ in world.paid] == ["2031-01-31", "2031-03-20", "2031-04-20"]
    world.check()


def test_a_bank_debit_takes_its_days_and_nothing_is_lost_meanwhile(world: Subscribing) -> None:
    world.start()
    world.pay_with("pm_bankDebit")
    world.until(at(3, 3))
    assert (world.subscription.status, world.subscription.charging, world.entitled()) == (Status.ACTIVE, True, SET["plus"])
    world.stripe.succeed(f"pi_{len(world.stripe.intents) - 1}")
    world.until(at(3, 4))
    assert (world.subscription.period_end, len(world.paid)) == (at(3, 31), 2)
    world.check()


# cancelling


def test_it_ends_with_what_is_paid_for_unless_that_is_undone(world: Subscribing) -> None:
    world.start()
    assert world.cancel().cancel_at_period_end
    assert world.cancel().cancel_at_period_end
    assert world.events(EntitlementChanged)[-1].valid_until == at(2, 28)
    assert not world.undo().cancel_at_period_end
    with pytest.raises(NotCancelled):
        world.undo()
    world.until(at(3, 1))
    world.cancel()
    world.until(at(4, 1))
    assert (world.subscription.status, world.entitled(), len(world.paid)) == (Status.CANCELLED, (), 2)
    assert [fact.reason for fact in world.events(SubscriptionEnded)] == [EndReason.REQUESTED]
    for act in (world.undo, world.cancel, world.resume, lambda: world.change("pro-month"), lambda: world.pay_with(VISA), world.end):
        with pytest.raises(SubscriptionOver):
            act()
    world.check()


def test_whoever_cancels_what_is_past_due_is_not_charged_again(world: Subscribing) -> None:
    world.start()
    world.stripe.broke.add(VISA)
    world.until(at(3, 2))
    assert world.cancel().status is Status.CANCELLED
    world.stripe.broke.clear()
    world.until(at(4, 1))
    assert (len(world.paid), world.bills[-1].status, world.entitled()) == (1, BillStatus.VOID, ())
    world.check()


def test_a_charge_that_arrives_after_the_end_revives_nothing_and_goes_back(world: Subscribing) -> None:
    world.start()
    world.pay_with("pm_bankDebit")
    world.until(at(3, 1))
    saga_id = world.subscription.saga_id or ""
    world.end()
    assert world.entitled() == ()
    world.stripe.succeed("pi_1")
    world.webhook("evt_late", saga_id)
    world.webhook("evt_again", saga_id)
    world.settle()
    assert (world.subscription.status, world.entitled()) == (Status.CANCELLED, ())
    assert [(bill.status, bill.refunded) for bill in world.bills] == [(BillStatus.PAID, 0), (BillStatus.PAID, 900)]
    assert [row["amount"] for row in world.stripe.refunds.values()] == [900]
    world.check()


def test_what_an_ended_subscription_still_hears_never_touches_the_next_one(world: Subscribing) -> None:
    world.start(method="pm_bankDebit")
    old = world.subscription.saga_id or ""
    world.cancel()
    world.start("pro-month")
    world.stripe.become("pi_0", world.stripe.intents["pi_1"].status, charge_id="ch_old")
    world.webhook("evt", old)
    world.settle()
    assert (world.subscription.status, world.entitled()) == (Status.ACTIVE, SET["pro"])
    world.check()


# refunds and sight


def test_finance_refunds_before_and_after_a_period_is_earned(world: Subscribing) -> None:
    world.start()
    (bill,) = world.bills
    with pytest.raises(FinanceOnly):
        world.refund(bill, by=world.owner)
    assert world.refund(bill, 300, key="k").refunded.amount_minor == 300
    assert world.refund(bill, 300, key="k").refunded.amount_minor == 300
    acts = [(act.action, act.target, act.reason, act.actor_id) for act in world.events(ActionTaken)]
    assert acts == [("bills.refunded", bill.id, "It was not wanted.", world.finance.user_id)]
    world.until(at(3, 1))
    assert (world.in_ledger(AccountKind.REVENUE), world.in_ledger(AccountKind.DEFERRED)) == (600, 900)
    with pytest.raises(AmountAbovePaid):
        world.refund(bill, 601)
    world.refund(bill)
    with pytest.raises(AmountAbovePaid):
        world.refund(bill)
    assert (world.in_ledger(AccountKind.REVENUE), world.in_ledger(AccountKind.DEFERRED)) == (0, 900)
    assert [fact.amount.amount_minor for fact in world.events(SubscriptionRefunded)] == [300, 600]
    assert world.subscription.status is Status.ACTIVE
    world.check()


def test_a_refund_that_is_refused_leaves_the_bill_as_it_was_and_an_unpaid_bill_gives_nothing_back(world: Subscribing) -> None:
    world.start()
    world.stripe.refuse["refund"] = ["charge_disputed"]
    with pytest.raises(BillRefundRefused):
        world.refund(world.bills[0])
    assert (world.bills[0].refunding, world.bills[0].refunded) == (0, 0)
    world.stripe.refund_status = MovementStatus.PENDING
    assert world.refund(world.bills[0]).refunding
    for row in world.stripe.refunds.values():
        row["status"] = MovementStatus.SUCCEEDED
    world.clock.advance(timedelta(minutes=11))
    world.settle()
    assert world.bills[0].refunded == 900
    world.stripe.broke.add(VISA)
    world.until(at(3, 1))
    with pytest.raises(BillNotPaid):
        world.refund(world.bills[1])
    world.check()


def test_a_refund_that_a_bank_returns_is_booked_back(world: Subscribing) -> None:
    world.start()
    world.refund(world.bills[0])
    (row,) = world.stripe.refunds.values()
    row["status"] = MovementStatus.FAILED
    world.webhook("evt", row["saga"])
    assert (world.bills[0].refunded, world.in_ledger(AccountKind.DEFERRED)) == (0, 900)


def test_only_the_owner_and_finance_see_it_and_only_the_owner_acts(world: Subscribing) -> None:
    world.start()
    stranger, id = person(Role.EXPERT), world.subscription.id
    get = GetSubscriptionHandler(world.memory.unit_of_work)
    bills = ListBillsHandler(world.memory.unit_of_work)
    for who in (world.owner, world.finance, person(Role.ADMIN)):
        assert get(GetSubscription(subscription_id=id), who).id == id
        assert [bill.kind for bill in bills(ListBills(subscription_id=id), who).items] == [BillKind.FIRST]
    acts = [
        lambda who: world.cancel(who),
        lambda who: world.undo(who),
        lambda who: world.resume(by=who),
        lambda who: world.change("pro-month", by=who),
        lambda who: world.pay_with(VISA, who),
    ]
    for act in acts:
        with pytest.raises(SubscriptionNotFound):
            act(stranger)
        with pytest.raises(NotTheSubscriber):
            act(world.finance)
    for ask in (
        lambda: get(GetSubscription(subscription_id=id), stranger),
        lambda: bills(ListBills(subscription_id=id), stranger),
        lambda: world.end(stranger),
    ):
        with pytest.raises(SubscriptionNotFound):
            ask()
    with pytest.raises(FinanceOnly):
        world.end(world.owner)
    everybody = ListAllSubscriptionsHandler(world.memory.unit_of_work)
    assert [one.id for one in everybody(ListAllSubscriptions(status=Status.ACTIVE), world.finance).items] == [id]
    assert everybody(ListAllSubscriptions(status=Status.UNPAID), world.finance).items == ()
    with pytest.raises(FinanceOnly):
        everybody(ListAllSubscriptions(), world.owner)


def test_a_price_that_changes_is_for_those_who_subscribe_later(world: Subscribing) -> None:
    world.start()
    with world.memory.unit_of_work() as work:
        plan = work.plans.get("plus-month")
        assert plan is not None
        work.plans.put(plan.changed_to(type(plan)(plan.id, 1, _priced(1_200), 0, offered=False)))
    world.until(at(3, 1))
    assert world.paid == [("2031-01-31", 900), ("2031-02-28", 900)]


def _priced(price: int) -> object:
    return type(PLANS[0])(*(price if name == "price" else getattr(PLANS[0], name) for name in PLANS[0].__slots__))


def test_an_organisation_is_subscribed_by_those_who_administer_it(world: Subscribing) -> None:
    organisation, keep = new_id("organisation"), KeepMembershipHandler(world.memory.unit_of_work)
    about = {"organisation_id": organisation, "user_id": world.owner.user_id}
    order = StartSubscription(plan_id="team-month", payment_method=VISA, owner_id=organisation)

    def subscribe() -> SubscriptionView:
        return world.call(lambda: world.start_handler(order, world.owner), None)

    keep(MemberAdded(**about, role=OrganisationRole.MEMBER), 1)
    with pytest.raises(OwnerNotFound):
        subscribe()
    keep(MemberRoleChanged(**about, role=OrganisationRole.ADMIN), 3)
    keep(MemberAdded(**about, role=OrganisationRole.MEMBER), 2)  # late
    view = subscribe()
    assert (view.owner_id, view.payer_id) == (organisation, world.owner.user_id)
    listed = ListSubscriptionsHandler(world.memory.unit_of_work)
    assert [one.id for one in listed(ListSubscriptions(owner_id=organisation), world.owner).items] == [view.id]
    assert listed(ListSubscriptions(), world.owner).items == ()
    keep(MemberRemoved(**about, reason="left"), 4)
    with pytest.raises(SubscriptionNotFound):
        world.pay_with("pm_card_other")
    with pytest.raises(OwnerNotFound):
        listed(ListSubscriptions(owner_id=organisation), world.owner)
    program = replace(
        person(Role.EXPERT), roles=frozenset(), scopes=frozenset({"subscriptions:read"}), machine=True, organisation_id=organisation
    )
    assert [one.id for one in listed(ListSubscriptions(), program).items] == [view.id]
    assert GetSubscriptionHandler(world.memory.unit_of_work)(GetSubscription(subscription_id=view.id), program).owner_id == organisation
    with pytest.raises(SubscriptionNotFound):
        GetSubscriptionHandler(world.memory.unit_of_work)(
            GetSubscription(subscription_id=view.id), replace(program, organisation_id=new_id("organisation"))
        )
    with pytest.raises(PersonRequired):
        program.admit(StartSubscription)
    world.until(at(3, 1))  # whoever gave the payment method pays until somebody else does or it is cancelled
    assert len(world.paid) == 2
    world.check()
