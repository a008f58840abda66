"""Released money that goes back to the challenger: booked once, owed by who had it, refunded whatever became of their account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import Bank
from payments_fake_stripe import ASKED

from chassis.ids import new_id
from contracts.payments.events import EscrowFunded, FundsRefunded, ReleaseTakenBack
from contracts.payments.views import ChargebackStatus
from payments.domain.errors import (
    AmountAboveReleased,
    ChargedBack,
    EscrowFrozen,
    EscrowNotFound,
    InsufficientBalance,
    MilestoneBusy,
    NotFinance,
)
from payments.domain.ledger import AccountKind
from payments.domain.milestone import Status
from payments.domain.saga import Step
from payments.domain.splits import Member
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.ports import MovementStatus


@pytest.fixture
def paid(bank: Bank) -> Bank:
    bank.fund()
    bank.release(0)
    return bank


def test_all_of_it_goes_back_with_the_fee(paid: Bank) -> None:
    view = paid.take_back(0)
    assert (view.released.amount_minor, view.refunded.amount_minor, view.fees.amount_minor) == (0, 60_000, 0)
    assert paid.sums() == (100_000, 40_000, 0, 60_000, 0)
    assert paid.escrow.milestones[0].status is Status.RELEASED
    assert paid.balance().available.amount_minor == 0
    assert [row["amount"] for row in paid.stripe.reversals.values()] == [54_000]
    assert [row["amount"] for row in paid.stripe.refunds.values()] == [60_000]
    assert (paid.in_ledger(AccountKind.LOSSES), paid.in_ledger(AccountKind.RETURNING)) == (0, 0)
    (told,), (refunded,) = paid.events(ReleaseTakenBack), paid.events(FundsRefunded)
    assert (told.recipient_id, told.net.amount_minor) == (paid.solver.user_id, 54_000)
    assert (refunded.milestone_settled, refunded.milestone_released) == (False, False)
    paid.check()


def test_the_same_request_again_takes_back_once_and_another_finds_nothing(paid: Bank) -> None:
    paid.take_back(0, 20_000, key="k")
    paid.take_back(0, 20_000, key="k")
    assert paid.sums() == (100_000, 40_000, 36_000, 20_000, 4_000)
    paid.take_back(0, 40_000)
    assert paid.sums() == (100_000, 40_000, 0, 60_000, 0)
    for amount in (None, 1):
        with pytest.raises(AmountAboveReleased):
            paid.take_back(0, amount)
    paid.check()


def test_after_a_payout_the_balance_is_below_zero_and_later_earnings_pay_it_first(paid: Bank) -> None:
    paid.pay_out(54_000)
    paid.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    paid.settle()
    paid.take_back(0, 30_000)
    assert paid.sums() == (100_000, 40_000, 27_000, 30_000, 3_000)
    assert paid.balance().available.amount_minor == -27_000
    assert -paid.in_ledger(AccountKind.LOSSES) == 27_000  # laid out, until it is back
    with pytest.raises(InsufficientBalance):
        paid.pay_out(100)
    for _ in range(20):
        paid.resume(timedelta(hours=2))
    (saga,) = paid.running
    assert (saga.step, saga.stuck) == (Step.AWAIT_FUNDS, False)
    paid.check()

    paid.release(1)
    paid.resume(timedelta(hours=2))
    assert paid.running == []
    assert paid.balance().available.amount_minor == 36_000 - 27_000
    assert paid.in_ledger(AccountKind.LOSSES) == 0
    with pytest.raises(InsufficientBalance):
        paid.pay_out(9_001)
    paid.pay_out(9_000)
    paid.check()


def test_a_payout_and_a_taking_back_at_once_leave_no_more_than_there_is(paid: Bank) -> None:
    """While the payout is asked for at Stripe, finance takes the same money back."""

    def meanwhile(call: str) -> None:
        if call == "pay_out":
            paid.stripe.answering = lambda _: None
            paid.take_back(0)

    paid.stripe.answering = meanwhile
    paid.pay_out(54_000)
    paid.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    paid.resume(timedelta(hours=2))
    assert paid.balance().available.amount_minor == -54_000
    assert [saga.step for saga in paid.running] == [Step.AWAIT_FUNDS]
    assert paid.sums() == (100_000, 40_000, 0, 60_000, 0)
    paid.check()


def test_each_of_a_team_owes_their_own_part() -> None:
    bank = Bank((100_000,))
    bank.accept()
    team = (Member(bank.solver.user_id, 6_000), Member(new_id("user"), 4_000))
    with bank.memory.unit_of_work() as work:
        work.escrows.save(bank.escrow.set_team(team))
    bank.fund()
    bank.release(0)
    bank.take_back(0)
    assert sorted(row["amount"] for row in bank.stripe.reversals.values()) == [36_000, 54_000]
    assert {fact.recipient_id: fact.net.amount_minor for fact in bank.events(ReleaseTakenBack)} == {
        team[0].user_id: 54_000,
        team[1].user_id: 36_000,
    }
    assert bank.sums() == (100_000, 0, 0, 100_000, 0)
    assert bank.escrow.milestones[0].status is Status.RELEASED
    bank.check()


def test_what_waits_for_an_account_is_never_sent(bank: Bank) -> None:
    bank.stripe.new_account = ASKED
    bank.fund()
    bank.release(0)
    with pytest.raises(MilestoneBusy):
        bank.take_back(0, 10_000)
    bank.take_back(0)
    bank.stripe.onboard()
    bank.resume(timedelta(hours=2))
    assert (bank.running, bank.stripe.transfers, bank.stripe.reversals) == ([], {}, {})
    assert bank.sums() == (100_000, 40_000, 0, 60_000, 0)
    assert bank.escrow.waiting == ()
    assert bank.balance().pending.amount_minor == 0
    bank.check()


def test_a_refused_refund_is_owed_and_tried_again(paid: Bank) -> None:
    paid.stripe.refuse["refund"] = ["processing_error"] * 2
    paid.take_back(0)
    assert paid.sums() == (100_000, 100_000, 0, 0, 0)
    for _ in range(4):
        paid.resume(timedelta(minutes=11))
    assert paid.sums() == (100_000, 40_000, 0, 60_000, 0)
    paid.check()


def test_a_bank_that_returns_every_refund_is_asked_less_and_less_often_and_somebody_is_told(paid: Bank) -> None:
    paid.stripe.refund_status = MovementStatus.PENDING
    paid.take_back(0)
    pauses, told = [], False
    while not told:
        assert len(paid.stripe.refunds) < 10, "nobody is ever told"
        list(paid.stripe.refunds.values())[-1]["status"] = MovementStatus.FAILED
        paid.resume(paid.running[0].due_at - paid.clock.now())
        (saga,) = paid.running
        pauses, told = [*pauses, saga.due_at - paid.clock.now()], saga.stuck
        paid.resume(pauses[-1])
    assert pauses == sorted(set(pauses))
    list(paid.stripe.refunds.values())[-1]["status"] = MovementStatus.SUCCEEDED
    paid.resume(timedelta(minutes=11))
    assert (paid.running, paid.sums()) == ([], (100_000, 40_000, 0, 60_000, 0))
    paid.check()


def test_a_key_that_was_used_before_tells_how_a_refund_stood_then(paid: Bank) -> None:
    """Its answer was lost, and it has failed since: it is not booked, and another is made."""
    paid.stripe.refuse["refund"] = ["processing_error"]
    paid.take_back(0)
    paid.stripe.mute = True
    paid.resume(timedelta(minutes=11))
    paid.stripe.mute = False
    paid.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    for _ in range(3):
        paid.resume(timedelta(minutes=11))
    assert [row["status"] for row in paid.stripe.refunds.values()] == [MovementStatus.FAILED, MovementStatus.SUCCEEDED]
    assert (paid.running, paid.sums()) == ([], (100_000, 40_000, 0, 60_000, 0))
    paid.check()


def test_a_refund_that_the_bank_returns_waits_for_somebody_to_decide(bank: Bank) -> None:
    bank.fund(0)
    bank.approve(0)
    bank.resume(timedelta(minutes=1))
    bank.take_back(0)
    (refund,) = bank.stripe.refunds.values()
    refund["status"] = MovementStatus.FAILED
    bank.webhook("evt_1", refund["saga"], event_type="refund.failed")
    bank.resume(timedelta(days=30))
    assert bank.sums() == (60_000, 60_000, 0, 0, 0), "it was taken back: what was approved before does not send it to the solver again"
    assert len(bank.stripe.transfers) == 1
    told = [fact.milestone_ids for fact in bank.events(EscrowFunded)]
    assert told == [(bank.milestone_ids[0],), ()], "to challenges the milestone stays paid"
    bank.check()
    bank.release(0)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 54_000, 0, 6_000))
    assert [row["charge"] for row in bank.stripe.transfers.values()] == ["ch_pi_0", None], "a charge is not sent on twice"
    bank.check()


def test_what_comes_back_twice_can_still_be_given_back(paid: Bank) -> None:
    paid.take_back(0)
    for attempt in (0, 1):
        refund = paid.stripe.refunds[f"re_{attempt}"]
        refund["status"] = MovementStatus.FAILED
        paid.webhook(f"evt_{attempt}", refund["saga"], event_type="refund.failed")
        paid.refund(0)
    assert (paid.running, paid.sums()) == ([], (100_000, 40_000, 0, 60_000, 0))
    paid.check()


def test_what_is_left_of_a_milestone_stays_payable(bank: Bank) -> None:
    bank.fund()
    bank.release(amount=20_000)
    bank.take_back(0, 10_000)
    assert bank.sums() == (100_000, 80_000, 9_000, 10_000, 1_000)
    bank.release(0)
    assert bank.escrow.milestones[0].status is Status.RELEASED
    assert bank.sums() == (100_000, 40_000, 45_000, 10_000, 5_000)
    bank.check()


def test_what_the_bank_has_taken_back_is_not_taken_back_again(paid: Bank) -> None:
    due = paid.clock.now() + timedelta(days=9)
    for status, event in ((ChargebackStatus.NEEDS_RESPONSE, "evt_1"), (ChargebackStatus.LOST, "evt_2")):
        paid.stripe.disputes["du_1"] = Dispute("du_1", status, 100_000, "EUR", "ch_pi_0", paid.escrow.id, "fraudulent", due, True)
        paid.webhook(event, "du_1", event_type="charge.dispute.updated")
        with pytest.raises(ChargedBack):
            paid.take_back(0)
    paid.check()


def test_who_may_and_when(paid: Bank) -> None:
    with pytest.raises(NotFinance):
        paid.take_back(0, by=paid.challenger)
    with pytest.raises(EscrowNotFound):
        paid.take_back(0, by=Bank().solver)
    with pytest.raises(AmountAboveReleased):
        paid.take_back(1)
    paid.freeze()
    with pytest.raises(EscrowFrozen):
        paid.take_back(0)
    paid.unfreeze()
    paid.stripe.down = True
    paid.release(1)
    with pytest.raises(MilestoneBusy):
        paid.take_back(1)
    assert paid.told()["ReleaseTakenBack"] == 0


def test_a_refund_that_fails_at_the_bank_is_made_again(paid: Bank) -> None:
    """What failed is found again by its saga: it must not be taken for the new one."""
    paid.stripe.refund_status = MovementStatus.PENDING
    paid.take_back(0)
    paid.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    paid.resume(timedelta(minutes=11))
    paid.stripe.refund_status = MovementStatus.SUCCEEDED
    for _ in range(3):
        paid.resume(timedelta(minutes=11))
    assert [row["status"] for row in paid.stripe.refunds.values()] == [MovementStatus.FAILED, MovementStatus.SUCCEEDED]
    assert paid.sums() == (100_000, 40_000, 0, 60_000, 0)
    assert paid.running == []
    paid.check()
