"""A payer's bank takes back what a subscription has cost: booked once, undone when won; when lost the subscription is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_subscribing import SET, START, VISA, Subscribing, case_of

from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.payments.events import (
    SubscriptionChargebackClosed,
    SubscriptionChargebackOpened,
    SubscriptionEnded,
    SubscriptionRefunded,
    SubscriptionRefundReturned,
)
from contracts.payments.subscription_views import BillChargebackView, BillStatus, EndReason
from contracts.payments.subscription_views import SubscriptionStatus as Status
from contracts.payments.subscriptions import ListBillChargebacks, SubmitBillChargebackEvidence
from contracts.payments.views import ChargebackStatus as Case
from payments.domain.errors import ChargebackNotFound, ChargebackNotOpen, FinanceOnly
from payments.domain.ledger import AccountKind as Kind
from payments.domain.subscriptions.errors import AmountAbovePaid, BillRefundRefused
from payments.usecases.list_bill_chargebacks import ListBillChargebacksHandler
from payments.usecases.ports import MovementStatus
from payments.usecases.submit_bill_chargeback_evidence import SubmitBillChargebackEvidenceHandler

A_MONTH = timedelta(days=28)


@pytest.fixture
def world() -> Subscribing:
    world = Subscribing()
    world.start()
    return world


def books(world: Subscribing) -> tuple[int, int, int, int]:
    """Deferred, revenue, what the bank has, and what of it is the platform's loss."""
    return (
        world.in_ledger(Kind.DEFERRED),
        world.in_ledger(Kind.REVENUE),
        world.in_ledger(Kind.CHARGEBACK),
        -world.in_ledger(Kind.LOSSES),
    )


def test_what_the_bank_takes_is_booked_and_changes_nothing_else_until_it_decides(world: Subscribing) -> None:
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    assert books(world) == (0, 0, 900, 0)
    assert (world.subscription.status, world.entitled()) == (Status.ACTIVE, SET["plus"])
    (opened,) = world.events(SubscriptionChargebackOpened)
    assert (opened.bill_id, opened.amount.amount_minor) == (world.bills[0].id, 900)
    (view,) = listed(world, world.finance)
    assert (view.bill_id, view.subscription_id) == (world.bills[0].id, world.subscription.id)
    assert (view.amount.amount_minor, view.taken.amount_minor) == (900, 900)
    with pytest.raises(AmountAbovePaid):  # it is the bank's already
        world.refund(world.bills[0])
    world.check()


def test_a_case_that_is_lost_ends_the_subscription_and_what_it_entitles_to(world: Subscribing) -> None:
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    world.dispute(world.bills[0], Case.LOST, "evt_2")
    assert (world.subscription.status, world.entitled()) == (Status.CANCELLED, ())
    assert [fact.reason for fact in world.events(SubscriptionEnded)] == [EndReason.PAYMENT_FAILED]
    assert [fact.won for fact in world.events(SubscriptionChargebackClosed)] == [False]
    world.until(START + 2 * A_MONTH)
    assert books(world) == (0, 0, 900, 0)
    assert len(world.paid) == 1  # nobody is charged who took it back
    world.check()


def test_a_case_that_is_won_puts_it_where_it_belongs_by_then(world: Subscribing) -> None:
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    world.until(START + A_MONTH + timedelta(hours=6))
    assert books(world) == (900, 0, 900, 0)  # the second period is paid for, of the first nothing is earned
    world.dispute(world.bills[0], Case.WON, "evt_2")
    assert books(world) == (900, 900, 0, 0)
    assert (world.subscription.status, world.entitled()) == (Status.ACTIVE, SET["plus"])
    world.check()


def test_webhooks_in_any_order_and_number_book_it_once(world: Subscribing) -> None:
    for event in ("evt_closed", "evt_created", "evt_closed", "evt_withdrawn"):
        world.dispute(world.bills[0], Case.LOST, event)
    keys = [key for key in world.memory.table("journals") if key.startswith("chargeback")]
    assert keys == [f"chargeback:{case_of(world.bills[0])}"]
    assert (len(world.events(SubscriptionChargebackOpened)), len(world.events(SubscriptionChargebackClosed))) == (1, 1)
    assert world.running == []
    world.check()


def test_an_inquiry_takes_nothing(world: Subscribing) -> None:
    world.dispute(world.bills[0], Case.INQUIRY, "evt_1", withdrawn=False)
    world.dispute(world.bills[0], Case.WON, "evt_2", withdrawn=False)
    assert (books(world), world.events(SubscriptionChargebackOpened), world.running) == ((900, 0, 0, 0), [], [])
    assert world.subscription.status is Status.ACTIVE


def test_what_was_refunded_and_is_taken_too_is_the_platforms_loss(world: Subscribing) -> None:
    world.refund(world.bills[0], 300)
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    assert books(world) == (0, 0, 900, 300)
    world.check()
    world.dispute(world.bills[0], Case.WON, "evt_2")
    assert books(world) == (600, 0, 0, 0)
    world.check()


def test_a_refund_that_is_under_way_meanwhile_is_counted_whenever_it_arrives(world: Subscribing) -> None:
    world.stripe.refund_status = MovementStatus.PENDING
    world.refund(world.bills[0], 900)
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    assert books(world) == (0, 0, 900, 0)
    (row,) = world.stripe.refunds.values()
    row["status"] = MovementStatus.SUCCEEDED
    world.clock.advance(timedelta(minutes=11))
    world.turn()
    assert books(world) == (0, 0, 900, 900)  # both went out
    world.check()
    row["status"] = MovementStatus.FAILED
    saga = next(saga for saga in world.memory.table("sagas").values() if saga.reference == "re_0")
    world.webhook("evt_back", saga.id)
    assert books(world) == (0, 0, 900, 0)


def test_what_is_owed_is_given_up_when_the_payer_has_it_from_the_bank() -> None:
    world = Subscribing()
    world.start(method="pm_bankDebit")
    world.end()
    world.stripe.refuse["refund"] = ["charge_disputed"]
    world.stripe.succeed("pi_0")
    world.clock.advance(timedelta(minutes=11))
    world.turn()
    (bill,) = world.bills
    assert (bill.status, bill.refunding) == (BillStatus.PAID, 900)
    world.dispute(bill, Case.NEEDS_RESPONSE, "evt_1")
    world.clock.advance(timedelta(minutes=11))
    world.turn()
    assert world.bills[0].refunding == 900  # refused as long as it is disputed, and asked for again
    world.dispute(bill, Case.LOST, "evt_2")
    world.clock.advance(timedelta(minutes=11))
    world.settle()
    assert (world.bills[0].refunding, world.bills[0].refunded, world.running) == (0, 0, [])
    assert books(world) == (0, 0, 900, 0)
    world.check()


def came_too_late() -> Subscribing:
    """A debit succeeds after the subscription has ended: all of it is owed back."""
    world = Subscribing()
    world.start(method="pm_bankDebit")
    world.end()
    world.stripe.succeed("pi_0")
    return world


def after_a_while(world: Subscribing) -> None:
    world.clock.advance(timedelta(minutes=11))
    world.turn()


def test_what_is_owed_and_comes_back_is_sent_again() -> None:
    world = came_too_late()
    after_a_while(world)
    world.settle()
    assert world.bills[0].refunded == 900
    (first,) = world.stripe.refunds.values()
    first["status"] = MovementStatus.FAILED
    world.webhook("evt_back", first["saga"])
    assert (world.bills[0].refunded, world.bills[0].refunding, world.bills[0].earned_at) == (0, 900, None)
    after_a_while(world)
    world.settle()
    world.until(START + 2 * A_MONTH)
    assert (world.bills[0].refunded, world.bills[0].refunding) == (900, 0)
    assert books(world) == (0, 0, 0, 0)
    told = [world.events(kind) for kind in (SubscriptionRefunded, SubscriptionRefundReturned)]
    assert [[fact.amount.amount_minor for fact in facts] for facts in told] == [[900, 900], [900]]
    assert [row["status"] for row in world.stripe.refunds.values()] == [MovementStatus.FAILED, MovementStatus.SUCCEEDED]
    world.check()


def test_of_what_is_owed_and_comes_back_the_payer_is_sent_what_the_bank_has_not_taken() -> None:
    world = came_too_late()
    after_a_while(world)
    world.settle()
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1", amount=400)
    world.dispute(world.bills[0], Case.LOST, "evt_2", amount=400)
    (first,) = world.stripe.refunds.values()
    first["status"] = MovementStatus.FAILED
    world.webhook("evt_back", first["saga"])
    world.stripe.disputes.clear()  # the processor refunds what is left of the charge
    after_a_while(world)
    world.settle()
    assert (world.bills[0].refunded, world.bills[0].charged_back, world.in_ledger(Kind.REVENUE)) == (500, 400, 0)


def test_a_refund_that_nobody_owes_and_that_comes_back_is_told_of(world: Subscribing) -> None:
    world.refund(world.bills[0], 300)
    (row,) = world.stripe.refunds.values()
    row["status"] = MovementStatus.FAILED
    world.webhook("evt_back", row["saga"])
    (told,) = world.events(SubscriptionRefundReturned)
    assert (told.bill_id, told.amount.amount_minor, told.payer_id) == (world.bills[0].id, 300, world.owner.user_id)
    assert (world.bills[0].refunded, world.bills[0].refunding, world.running) == (0, 0, [])
    world.check()


def test_of_what_is_owed_the_rest_is_sent_when_the_bank_keeps_a_part() -> None:
    world = came_too_late()
    world.stripe.refuse["refund"] = ["charge_disputed"]
    after_a_while(world)
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1", amount=400)
    after_a_while(world)
    assert world.bills[0].refunding == 900  # the bank may still give it back
    world.dispute(world.bills[0], Case.LOST, "evt_2", amount=400)
    after_a_while(world)
    assert (world.bills[0].refunding, [saga.order.amount for saga in world.running]) == (500, [500])
    world.stripe.disputes.clear()  # the processor refunds what is left of the charge
    for _ in range(3):
        after_a_while(world)
    assert (world.bills[0].refunded, world.bills[0].refunding, world.running) == (500, 0, [])
    assert (books(world), [fact.amount.amount_minor for fact in world.events(SubscriptionRefunded)]) == ((0, 0, 400, 0), [500])


def test_a_webhook_that_comes_before_the_charge_is_recorded_is_looked_at_again() -> None:
    world = Subscribing()
    world.start(method="pm_bankDebit")
    world.stripe.succeed("pi_0")
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    assert world.memory.table("bill_chargebacks") == {}
    for _ in range(2):
        world.clock.advance(timedelta(minutes=11))
        world.turn()
    assert books(world) == (0, 0, 900, 0)
    world.check()


def test_part_of_a_bill_is_disputed_and_the_processor_refuses_refunds_meanwhile(world: Subscribing) -> None:
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1", amount=400)
    assert books(world) == (500, 0, 400, 0)
    with pytest.raises(BillRefundRefused):
        world.refund(world.bills[0], 500)
    world.stripe.broke.add(VISA)
    world.check()


def test_finance_tells_the_bank_once_why_it_stands_and_nobody_else_may(world: Subscribing) -> None:
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    handler = SubmitBillChargebackEvidenceHandler(world.memory.unit_of_work, world.stripe, world.calls, world.clock.now)
    case = case_of(world.bills[0])

    def submit(by: Principal, id: str = case) -> Case:
        command = SubmitBillChargebackEvidence(chargeback_id=id, evidence="The plan was used every day.")
        return world.call(lambda: handler(command, by), None).status

    for ask in (lambda: submit(world.owner), lambda: listed(world, world.owner)):
        with pytest.raises(FinanceOnly):
            ask()
    with pytest.raises(ChargebackNotFound):
        submit(world.finance, "du_other")
    assert submit(world.finance) is Case.UNDER_REVIEW
    assert [action.action for action in world.events(ActionTaken)] == ["chargebacks.answered"]
    with pytest.raises(ChargebackNotOpen):
        submit(world.finance)


def listed(world: Subscribing, by: Principal) -> list[BillChargebackView]:
    return list(ListBillChargebacksHandler(world.memory.unit_of_work)(ListBillChargebacks(), by).items)
