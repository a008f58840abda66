"""Refund: held money goes back to the challenger, never more than is held."""

from dataclasses import replace
from datetime import timedelta

import pytest
from payments_bank import Bank, person

from chassis.retry import NotYet
from contracts.identity.roles import Role
from contracts.payments.events import EscrowFunded, FundsRefunded
from contracts.payments.views import EscrowMilestoneStatus, EscrowStatus
from payments.domain.errors import (
    AlreadyFunded,
    AmountAboveHeld,
    EscrowClosed,
    EscrowNotFound,
    MilestoneNotHeld,
    PaymentDeclined,
    RefundNotAllowed,
    RefundRefused,
)
from payments.domain.milestone import Status
from payments.usecases.ports import MovementStatus


def test_the_solver_gives_a_milestone_back(bank: Bank) -> None:
    bank.fund()
    view = bank.refund(1)
    assert view.milestones[1].status is EscrowMilestoneStatus.REFUNDED
    assert bank.sums() == (100_000, 60_000, 0, 40_000, 0)
    (fact,) = bank.events(FundsRefunded)
    assert (fact.amount.amount_minor, fact.milestone_settled) == (40_000, True)
    bank.check()


def test_finance_refunds_an_amount(bank: Bank) -> None:
    bank.fund()
    bank.refund(amount=25_000, by=bank.finance)
    assert bank.sums() == (100_000, 75_000, 0, 25_000, 0)
    bank.check()


def test_fees_are_taken_of_what_is_released_only(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(amount=25_000)
    bank.release(0)
    assert bank.sums() == (60_000, 0, 31_500, 25_000, 3_500)
    bank.check()


def test_who_may_refund(bank: Bank) -> None:
    bank.fund()
    with pytest.raises(RefundNotAllowed):
        bank.refund(0, by=bank.challenger)
    with pytest.raises(EscrowNotFound):
        bank.refund(0, by=person(Role.SOLVER))


def test_more_than_is_held_is_refused(bank: Bank) -> None:
    bank.fund(0)
    bank.release(amount=40_000)
    with pytest.raises(AmountAboveHeld):
        bank.refund(amount=20_001)
    with pytest.raises(MilestoneNotHeld):
        bank.refund(1)
    assert bank.stripe.refunds == {}


def test_the_same_key_refunds_an_amount_once(bank: Bank) -> None:
    bank.fund()
    bank.refund(amount=10_000, key="k")
    bank.refund(amount=10_000, key="k")
    assert bank.sums() == (100_000, 90_000, 0, 10_000, 0)


def test_a_pending_refund_counts_as_held_until_it_succeeds(bank: Bank) -> None:
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.fund()
    view = bank.refund(0)
    assert view.milestones[0].status is EscrowMilestoneStatus.REFUNDING
    assert bank.sums() == (100_000, 100_000, 0, 0, 0)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.SUCCEEDED
    (saga,) = bank.running
    bank.webhook("evt_1", saga.id, event_type="refund.updated")
    assert bank.sums() == (100_000, 40_000, 0, 60_000, 0)
    bank.check()


def test_a_milestone_that_was_given_back_in_whole_can_be_funded_again_by_name(bank: Bank) -> None:
    bank.fund()
    bank.refund(0)
    with pytest.raises(AlreadyFunded):
        bank.fund()
    with pytest.raises(PaymentDeclined):
        bank.fund(0, method="pm_card_chargeDeclined")
    assert bank.fund(0).milestones[0].status is EscrowMilestoneStatus.HELD
    assert bank.sums() == (160_000, 100_000, 0, 60_000, 0)
    bank.approve(0)
    bank.settle()
    assert bank.sums() == (160_000, 40_000, 54_000, 60_000, 6_000)
    bank.check()


def test_what_was_given_back_is_funded_again_at_the_fee_that_was_agreed(bank: Bank) -> None:
    bank.fund()
    bank.refund(0)
    bank.refund(1)
    bank.fund_handler = replace(bank.fund_handler, fee_basis_points=2000)
    bank.fund(0)
    assert bank.escrow.fee_basis_points == 1000
    bank.refund(0)
    assert bank.sums() == (160_000, 0, 0, 160_000, 0)
    bank.check()


def test_of_a_milestone_that_was_paid_in_part_only_the_rest_is_funded_again(bank: Bank) -> None:
    """20000 of 60000 were paid for, 40000 went back: whoever funds it again pays 40000 (decision 0032)."""
    bank.fund(0)
    bank.release(amount=20_000)
    bank.refund(amount=40_000)
    assert bank.escrow.milestones[0].status is Status.REFUNDED
    bank.fund(0)
    assert bank.sums() == (100_000, 40_000, 18_000, 40_000, 2_000)
    assert [fact.amount.amount_minor for fact in bank.events(EscrowFunded)] == [60_000, 40_000]
    bank.release(0)
    assert bank.sums() == (100_000, 0, 54_000, 40_000, 6_000)
    with pytest.raises(AlreadyFunded):
        bank.fund(0)
    bank.check()


def test_what_was_given_back_by_a_cancellation_is_not_funded_again(bank: Bank) -> None:
    bank.fund(0)
    bank.cancel()
    bank.settle()
    with pytest.raises(EscrowClosed):
        bank.fund(0)


def test_a_refund_that_fails_later_is_held_again(bank: Bank) -> None:
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.fund()
    bank.refund(0)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    bank.resume(timedelta(seconds=3))
    assert bank.escrow.milestone(bank.milestone_ids[0]).status is Status.HELD
    assert bank.events(FundsRefunded) == []
    bank.check()


def test_work_approved_while_its_money_goes_back_is_paid_when_the_refund_fails(bank: Bank) -> None:
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.fund(0)
    bank.refund(0)
    bank.approve(0)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    bank.settle()
    assert bank.sums() == (60_000, 0, 54_000, 0, 6_000)
    assert bank.events(FundsRefunded) == []
    bank.check()


def test_a_refused_refund_is_told_and_the_money_stays(bank: Bank) -> None:
    bank.fund()
    bank.stripe.refuse["refund"] = ["charge_disputed"]
    with pytest.raises(RefundRefused):
        bank.refund(0)
    assert bank.sums() == (100_000, 100_000, 0, 0, 0)
    bank.refund(0)
    bank.check()


def test_a_refund_whose_key_stripe_has_forgotten_is_found_instead_of_made_again(bank: Bank) -> None:
    bank.fund()
    bank.stripe.mute = True
    bank.refund(0)
    bank.stripe.mute = False
    bank.stripe.forget_keys()
    bank.resume(timedelta(days=3))
    assert len(bank.stripe.refunds) == 1
    assert bank.sums() == (100_000, 40_000, 0, 60_000, 0)
    bank.check()


def test_a_cancelled_challenge_gives_back_what_no_work_was_delivered_for(bank: Bank) -> None:
    bank.fund()
    bank.deliver(0)
    bank.cancel()
    bank.settle()
    assert bank.sums() == (100_000, 60_000, 0, 40_000, 0)
    assert [fact.milestone_id for fact in bank.events(FundsRefunded)] == [bank.milestone_ids[1]]
    bank.check()


def test_a_charge_that_succeeds_after_the_cancellation_is_refunded(bank: Bank) -> None:
    bank.fund(method="pm_bankDebit")
    bank.cancel()
    bank.stripe.succeed("pi_0")
    bank.settle()
    assert bank.sums() == (100_000, 0, 0, 100_000, 0)
    assert bank.escrow.status is EscrowStatus.SETTLED
    bank.check()


def test_a_cancellation_without_an_engagement_is_nothing_to_payments(bank: Bank) -> None:
    stranger = Bank()
    with pytest.raises(NotYet):
        stranger.cancel()
    stranger.cancel(engaged=False)
    assert stranger.memory.table("escrows") == {}


def test_a_refund_after_a_cancellation_that_is_refused_is_not_tried_for_ever(bank: Bank) -> None:
    bank.fund()
    bank.stripe.refuse["refund"] = ["charge_disputed", "charge_disputed"]
    bank.cancel()
    bank.settle()
    assert bank.sums() == (100_000, 100_000, 0, 0, 0)
    bank.refund(0, by=bank.finance)
    assert bank.sums() == (100_000, 40_000, 0, 60_000, 0)
