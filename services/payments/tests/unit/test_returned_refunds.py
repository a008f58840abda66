"""A refund that had arrived comes back, and the bank has given the payer the money meanwhile: it is not held for anybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import Bank
from test_lost_chargebacks import LOST, TAKEN, WON, losses, patiently, tell

from contracts.payments.events import EscrowFunded
from payments.domain.errors import MilestoneNotHeld
from payments.domain.ledger import AccountKind
from payments.domain.milestone import Status
from payments.domain.saga import RefundOrder
from payments.usecases.ports import IntentStatus, MovementStatus

GIVEN_BACK = (60_000, 0, 0, 60_000, 0)


def come_back(bank: Bank, number: int = 0) -> None:
    """The payer's bank returns a refund that had arrived."""
    row = bank.stripe.refunds[f"re_{number}"]
    row["status"] = MovementStatus.FAILED
    bank.webhook(f"evt_back_{number}", row["saga"], event_type="refund.failed")


def elsewhere(bank: Bank) -> int:
    """What the chargebacks that were lost say that the platform lost for good, with its fees."""
    rows = [row for row in bank.memory.table("chargebacks").values() if row.status is LOST]
    return sum(row.taken.elsewhere + sum(fee for _, fee in row.taken.fees) for row in rows)


def cannot_be_paid(bank: Bank) -> None:
    with pytest.raises(MilestoneNotHeld):
        bank.release(0)
    assert losses(bank) == elsewhere(bank)
    bank.check()


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_one_that_comes_back_while_the_bank_decides_goes_with_the_decision(bank: Bank, first: bool) -> None:
    bank.fund(0)
    bank.refund(0)
    tell(bank, TAKEN, 60_000)
    assert losses(bank) == 60_000
    if first:
        come_back(bank)
        assert (bank.escrow.held, losses(bank)) == (60_000, 60_000)
    tell(bank, LOST, 60_000)
    if not first:
        come_back(bank)
    assert (bank.running, bank.sums(), losses(bank)) == ([], GIVEN_BACK, 0)
    assert bank.escrow.milestones[0].status is Status.REFUNDED
    cannot_be_paid(bank)


def test_one_that_comes_back_is_held_when_the_platform_wins(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    tell(bank, TAKEN, 60_000)
    come_back(bank)
    tell(bank, WON, 60_000)
    assert (bank.sums(), losses(bank)) == ((60_000, 60_000, 0, 0, 0), 0)
    bank.check()


def test_one_that_comes_back_after_the_platform_has_won_is_held(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    tell(bank, TAKEN, 60_000)
    tell(bank, WON, 60_000)
    come_back(bank)
    assert (bank.sums(), losses(bank)) == ((60_000, 60_000, 0, 0, 0), 0)
    bank.check()


def test_what_the_bank_did_not_take_of_it_is_held_again(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    tell(bank, LOST, 20_000)
    come_back(bank)
    assert (bank.sums(), losses(bank), elsewhere(bank)) == ((60_000, 40_000, 0, 20_000, 0), 0, 0)
    assert [fact.amount.amount_minor for fact in bank.events(EscrowFunded)] == [60_000, 40_000]
    bank.check()


def test_only_what_was_refunded_is_counted_so(bank: Bank) -> None:
    """40000 went back before the bank took all: 20000 were held."""
    bank.fund(0)
    bank.refund(amount=40_000)
    tell(bank, TAKEN, 60_000)
    come_back(bank)
    assert (bank.escrow.held, losses(bank)) == (60_000, 60_000)
    tell(bank, LOST, 60_000)
    assert (bank.sums(), losses(bank)) == (GIVEN_BACK, 0)
    cannot_be_paid(bank)


def test_a_refund_of_what_the_bank_did_not_take_is_held_again_as_ever(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(amount=40_000)
    tell(bank, LOST, 20_000)
    come_back(bank)
    assert (bank.sums(), losses(bank)) == ((60_000, 40_000, 0, 20_000, 0), 0)
    bank.check()


@pytest.mark.parametrize("decided", [True, False])
def test_one_that_arrived_while_the_bank_decided_and_comes_back_later(bank: Bank, decided: bool) -> None:
    """It was under way when the bank took the money, and counted as held."""
    bank.fund(0)
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.refund(0)
    tell(bank, TAKEN, 60_000)
    if decided:
        tell(bank, LOST, 60_000)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.SUCCEEDED
    patiently(bank)
    tell(bank, LOST, 60_000)
    assert (losses(bank), elsewhere(bank)) == (60_000, 60_000)
    come_back(bank)
    assert (bank.sums(), losses(bank)) == (GIVEN_BACK, 0)
    cannot_be_paid(bank)


def test_two_refunds_that_come_back(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(amount=40_000)
    bank.refund(amount=20_000)
    tell(bank, TAKEN, 60_000)
    come_back(bank, 1)
    tell(bank, LOST, 60_000)
    assert (bank.sums(), losses(bank), elsewhere(bank)) == (GIVEN_BACK, 40_000, 40_000)
    come_back(bank, 0)
    assert (bank.sums(), losses(bank)) == (GIVEN_BACK, 0)
    cannot_be_paid(bank)


@pytest.mark.parametrize("credit", [False, True])
@pytest.mark.parametrize("decided", [True, False])
def test_what_the_platform_paid_stays_given_back(bank: Bank, credit: bool, decided: bool) -> None:
    bank.grant(5_000) if credit else bank.coupon()
    bank.fund(0, coupon=None if credit else "WELCOME", credit=credit)
    bank.refund(0)
    tell(bank, TAKEN, 55_000)
    if decided:
        tell(bank, LOST, 55_000)
    come_back(bank)
    tell(bank, LOST, 55_000)
    assert (bank.sums(), bank.in_ledger(AccountKind.PROMOTION), losses(bank)) == (GIVEN_BACK, 0, 0)
    assert bank.in_ledger(AccountKind.CREDIT) == (5_000 if credit else 0)
    cannot_be_paid(bank)


def test_of_a_part_its_part_of_the_gift_stays_given_back(bank: Bank) -> None:
    bank.coupon()
    bank.fund(0, coupon="WELCOME")
    bank.refund(0)
    tell(bank, LOST, 11_000)
    come_back(bank)
    assert (bank.sums(), bank.escrow.milestones[0].sponsored, losses(bank)) == ((60_000, 48_000, 0, 12_000, 0), 4_000, 0)
    bank.check()


def test_what_was_taken_back_and_refunded_leaves_the_milestone_as_paid(bank: Bank) -> None:
    bank.fund(0)
    bank.release(0)
    bank.take_back(0, 20_000)
    tell(bank, LOST, 60_000)
    come_back(bank)
    assert (bank.escrow.milestones[0].status, losses(bank)) == (Status.RELEASED, 4_000)
    assert (bank.sums(), elsewhere(bank)) == ((60_000, 0, 36_000, 20_000, 4_000), 4_000)
    bank.check()


def test_where_another_payment_was_held_it_waits_until_the_bank_has_decided(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.fund(0)
    bank.refund(0)
    tell(bank, TAKEN, 60_000)
    come_back(bank)
    assert ([type(saga.order) for saga in bank.running if isinstance(saga.order, RefundOrder)], bank.escrow.held) == ([RefundOrder], 0)
    tell(bank, LOST, 60_000)
    bank.resume(timedelta(minutes=11))
    assert (bank.running, bank.sums(), losses(bank)) == ([], (120_000, 0, 0, 120_000, 0), 0)
    cannot_be_paid(bank)


# credit that was used again, and milestones that were paid for again, meanwhile


def test_credit_that_was_used_again_stays_used(bank: Bank) -> None:
    """The other 4000 of what the platform gave are the payer's, who has had them."""
    bank.grant(5_000)
    bank.fund(0, credit=True)
    bank.refund(0)
    bank.fund(1, credit=True)
    come_back(bank)
    held = [step.held for step in bank.escrow.milestones]
    assert (bank.running, held, bank.in_ledger(AccountKind.CREDIT)) == ([], [56_000, 40_000], 0)
    assert bank.escrow.milestones[0].sponsored == 1_000
    assert [fact.amount.amount_minor for fact in bank.events(EscrowFunded)][-1] == 56_000
    bank.check()
    bank.release(0)
    bank.refund(1)
    assert (bank.running, bank.escrow.held, bank.in_ledger(AccountKind.CREDIT)) == ([], 0, 4_000)
    bank.check()


def test_what_is_held_again_is_of_the_payment_that_came_back(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.fund(0)
    bank.refund(0)
    come_back(bank)
    assert (bank.running, bank.sums()) == ([], (120_000, 60_000, 0, 60_000, 0))
    bank.check()
    bank.refund(0)
    assert ([row["charge"] for row in bank.stripe.refunds.values()], bank.running) == (["ch_pi_0", "ch_pi_1", "ch_pi_0"], [])
    assert bank.sums() == (120_000, 0, 0, 120_000, 0)
    bank.check()


def test_what_is_held_again_belongs_to_a_chargeback_of_its_payment(bank: Bank) -> None:
    for _ in range(2):
        bank.fund(0)
        bank.refund(0)
    come_back(bank)
    tell(bank, TAKEN, 60_000)
    assert losses(bank) == 60_000
    tell(bank, LOST, 60_000)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (120_000, 0, 0, 120_000, 0), 0)
    cannot_be_paid(bank)


def test_what_the_platform_gave_for_the_later_payment_is_not_given_for_the_earlier(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.grant(5_000)
    bank.fund(0, credit=True)
    bank.refund(0)
    come_back(bank)
    (step, _), credit = bank.escrow.milestones, bank.in_ledger(AccountKind.CREDIT)
    assert (step.held, step.sponsored, step.by_credit, credit) == (60_000, 0, False, 5_000)
    bank.refund(0)
    assert bank.sums() == (120_000, 0, 0, 120_000, 0)
    bank.check()


@pytest.mark.parametrize("spent", [True, False])
def test_what_was_sent_on_before_is_known_of_each_payment(bank: Bank, spent: bool) -> None:
    """Released, taken back, returned and refunded; then a payment of which nothing was ever sent on. The first one comes back once more."""
    bank.fund(0)
    if spent:
        bank.release(0)
        bank.take_back(0)
        come_back(bank)
    bank.refund(0)
    bank.fund(0)
    bank.refund(0)
    come_back(bank, 1 if spent else 0)
    bank.release(0)
    assert bank.running == []
    assert list(bank.stripe.transfers.values())[-1]["charge"] == (None if spent else "ch_pi_0")
    assert bank.sums() == (120_000, 0, 54_000, 60_000, 6_000)
    bank.check()


@pytest.mark.parametrize("paid", [True, False])
def test_where_the_milestone_was_paid_for_again_the_payer_is_sent_it_once_more(bank: Bank, paid: bool) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.fund(0)
    if paid:
        bank.release(0)
    before, told = bank.sums(), bank.told()
    come_back(bank)
    patiently(bank)
    assert (bank.running, bank.sums(), bank.told()) == ([], before, told)
    assert [row["charge"] for row in bank.stripe.refunds.values()] == ["ch_pi_0", "ch_pi_0"]
    bank.check()
    bank.webhook("evt_late", bank.stripe.refunds["re_0"]["saga"], event_type="refund.failed")
    assert (bank.running, len(bank.stripe.refunds)) == ([], 2)
    come_back(bank, 1)
    patiently(bank)
    assert (bank.running, bank.sums(), len(bank.stripe.refunds)) == ([], before, 3)
    bank.check()


def test_one_that_is_sent_once_more_and_comes_back_is_held_where_there_is_room_by_then(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.fund(0)
    bank.stripe.refund_status = MovementStatus.PENDING
    come_back(bank)
    bank.resume(timedelta(minutes=11))
    bank.stripe.refund_status = MovementStatus.SUCCEEDED
    bank.refund(0)
    come_back(bank, 1)
    assert (bank.running, bank.sums()) == ([], (120_000, 60_000, 0, 60_000, 0))
    bank.check()
    bank.refund(0)
    assert [row["charge"] for row in bank.stripe.refunds.values()] == ["ch_pi_0", "ch_pi_0", "ch_pi_1", "ch_pi_0"]
    bank.check()


def test_while_money_is_on_its_way_nobody_knows_whether_there_is_room(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.fund(0, method="pm_bankDebit")
    come_back(bank)
    bank.resume(timedelta(minutes=11))
    assert len(bank.running) == 2
    bank.stripe.become("pi_1", IntentStatus.CANCELED)
    patiently(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 60_000, 0, 0, 0))
    assert bank.escrow.milestones[0].status is Status.HELD
    bank.check()
