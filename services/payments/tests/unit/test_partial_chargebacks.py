"""The bank gave back a part of what is on its way to the payer: that part is the payer's, whatever becomes of the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from payments_bank import Bank
from payments_court import Court
from test_lost_chargebacks import LOST, TAKEN, losses, patiently, tell
from test_returned_refunds import come_back, elsewhere

from contracts.payments.events import FundsRefunded
from payments.domain.ledger import AccountKind
from payments.domain.milestone import Status
from payments.domain.saga import RefundOrder
from payments.domain.silence import SILENCE
from payments.usecases.ports import MovementStatus

HALF = (60_000, 30_000, 0, 30_000, 0)


def on_its_way(bank: Bank, amount: int = 60_000) -> None:
    """A refund that nobody owes, and that takes its time."""
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.refund(amount=amount)


def end(bank: Bank, status: MovementStatus) -> None:
    for row in bank.stripe.refunds.values():
        row["status"] = status
    patiently(bank)


def refused(bank: Bank) -> None:
    bank.stripe.refuse["refund"] = ["charge_disputed"] * 1_000


def taken_after_all(bank: Bank) -> None:
    """The processor refunds the charge after all."""
    bank.stripe.refuse["refund"] = []
    bank.stripe.disputes = {id: replace(row, charge_id="ch_of_nobody") for id, row in bank.stripe.disputes.items()}
    bank.resume(timedelta(days=1))
    patiently(bank)


def owed(bank: Bank) -> list[int]:
    return [saga.order.amount for saga in bank.running if isinstance(saga.order, RefundOrder)]


def sound(bank: Bank) -> None:
    assert losses(bank) == elsewhere(bank)
    bank.check()


@pytest.mark.parametrize("taken", [True, False], ids=["decided later", "decided at once"])
def test_a_refund_above_it_that_is_refused_leaves_the_rest_alone(bank: Bank, taken: bool) -> None:
    bank.fund(0)
    on_its_way(bank)
    if taken:
        tell(bank, TAKEN, 30_000)
    tell(bank, LOST, 30_000)
    assert (bank.escrow.held, bank.escrow.frozen, losses(bank)) == (60_000, None, 30_000)
    end(bank, MovementStatus.FAILED)
    assert (bank.running, bank.sums(), losses(bank)) == ([], HALF, 0)
    assert [(fact.amount.amount_minor, fact.by_bank, fact.milestone_settled) for fact in bank.events(FundsRefunded)] == [
        (30_000, True, False)
    ]
    bank.release(0)
    assert bank.sums() == (60_000, 0, 27_000, 30_000, 3_000)
    sound(bank)


def test_what_rests_goes_first_and_the_refund_bears_what_is_left(bank: Bank) -> None:
    bank.fund(0)
    on_its_way(bank, 40_000)
    tell(bank, LOST, 30_000)
    assert (bank.sums(), losses(bank)) == ((60_000, 40_000, 0, 20_000, 0), 10_000)
    end(bank, MovementStatus.FAILED)
    assert (bank.running, bank.sums()) == ([], HALF)
    assert [fact.amount.amount_minor for fact in bank.events(FundsRefunded)] == [20_000, 10_000]
    sound(bank)


def test_one_that_arrives_after_all_is_the_platforms_loss_until_it_comes_back(bank: Bank) -> None:
    bank.fund(0)
    on_its_way(bank)
    tell(bank, LOST, 30_000)
    end(bank, MovementStatus.SUCCEEDED)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 0, 0, 60_000, 0), 30_000)
    sound(bank)
    come_back(bank)
    assert (bank.sums(), losses(bank)) == (HALF, 0)
    sound(bank)


def test_of_what_is_owed_only_the_rest_is_asked_for_again(bank: Bank) -> None:
    bank.fund(0)
    court = Court(bank, limit=60_000)
    dispute = court.in_mediation(60_000)
    refused(bank)
    court.decide(dispute, 0, 60_000)
    tell(bank, LOST, 30_000)
    patiently(bank)
    assert (owed(bank), bank.sums(), losses(bank)) == ([30_000], HALF, 0)
    assert bank.escrow.milestones[0].status is Status.AWARDING
    taken_after_all(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 0, 60_000, 0))
    assert [row["amount"] for row in bank.stripe.refunds.values()] == [30_000]
    assert [(fact.by_bank, fact.milestone_settled) for fact in bank.events(FundsRefunded)] == [(True, False), (False, True)]
    sound(bank)


def test_an_owed_one_that_failed_at_the_bank_is_made_again_for_the_rest(bank: Bank) -> None:
    bank.fund(0)
    court = Court(bank, limit=60_000)
    dispute = court.in_mediation(60_000)
    bank.stripe.refund_status = MovementStatus.PENDING
    court.decide(dispute, 0, 60_000)
    bank.resume(timedelta(minutes=1))
    tell(bank, LOST, 30_000)
    bank.stripe.refund_status = MovementStatus.SUCCEEDED
    end(bank, MovementStatus.FAILED)
    assert owed(bank) == [30_000]
    taken_after_all(bank)
    assert [row["amount"] for row in bank.stripe.refunds.values()] == [60_000, 30_000]
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 0, 60_000, 0))
    sound(bank)


def test_a_part_of_what_was_taken_back(bank: Bank) -> None:
    bank.fund(0)
    bank.release(0)
    refused(bank)
    bank.take_back(0, 20_000)
    tell(bank, LOST, 10_000)
    patiently(bank)
    assert (owed(bank), bank.sums(), losses(bank)) == ([10_000], (60_000, 10_000, 36_000, 10_000, 4_000), 0)
    taken_after_all(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 36_000, 20_000, 4_000))
    assert bank.escrow.milestones[0].status is Status.RELEASED
    sound(bank)


@pytest.mark.parametrize("credit", [False, True])
def test_its_part_of_the_gift_goes_along(bank: Bank, credit: bool) -> None:
    bank.grant(5_000) if credit else bank.coupon()
    bank.fund(0, coupon=None if credit else "WELCOME", credit=credit)
    on_its_way(bank)
    tell(bank, LOST, 11_000)
    end(bank, MovementStatus.FAILED)
    assert (bank.running, bank.sums()) == ([], (60_000, 48_000, 0, 12_000, 0))
    assert bank.escrow.milestones[0].sponsored == 4_000
    assert bank.in_ledger(AccountKind.CREDIT) == (1_000 if credit else 0)
    sound(bank)


def test_two_of_them_one_after_the_other(bank: Bank) -> None:
    bank.fund(0)
    court = Court(bank, limit=60_000)
    dispute = court.in_mediation(60_000)
    refused(bank)
    court.decide(dispute, 0, 60_000)
    for id in ("du_1", "du_2"):
        tell(bank, LOST, 20_000, id=id)
        patiently(bank)
    assert (owed(bank), bank.sums(), losses(bank)) == ([20_000], (60_000, 20_000, 0, 40_000, 0), 0)
    tell(bank, LOST, 20_000, id="du_3")
    patiently(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 0, 60_000, 0))
    sound(bank)


def test_two_of_them_before_the_refund_has_ended(bank: Bank) -> None:
    """The second takes 10000 more than there was: what the first gave back is not counted again."""
    bank.fund(0)
    on_its_way(bank)
    tell(bank, LOST, 20_000)
    tell(bank, TAKEN, 50_000, id="du_2")
    tell(bank, LOST, 50_000, id="du_2")
    end(bank, MovementStatus.FAILED)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 0, 0, 60_000, 0), 10_000)
    sound(bank)


def test_what_is_left_of_it_is_not_paid_by_an_old_silence(bank: Bank) -> None:
    bank.fund(0)
    bank.deliver(0)
    on_its_way(bank)
    tell(bank, LOST, 30_000)
    bank.clock.advance(2 * SILENCE)
    end(bank, MovementStatus.FAILED)
    bank.silence_handler()
    bank.settle()
    assert bank.sums() == HALF
    bank.clock.advance(SILENCE)
    bank.silence_handler()
    bank.settle()
    assert bank.sums() == (60_000, 0, 27_000, 30_000, 3_000)
    sound(bank)
