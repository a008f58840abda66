"""A chargeback that is lost: all that was held of the payment is the payer's, wherever it is, and nobody is paid out of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import START, Bank
from payments_court import Court

from contracts.payments.dispute_views import DisputeStatus
from contracts.payments.events import ChargebackClosed, DisputeWithdrawn, FundsRefunded
from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import FROZEN_BY
from payments.domain.errors import EscrowFrozen, MilestoneNotHeld, ProviderUnavailable, RefundRefused
from payments.domain.ledger import AccountKind
from payments.domain.milestone import Status
from payments.domain.saga import RefundOrder
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.disputes import dispute_view
from payments.usecases.ports import MovementStatus

TAKEN, LOST, WON = ChargebackStatus.NEEDS_RESPONSE, ChargebackStatus.LOST, ChargebackStatus.WON


def tell(bank: Bank, status: ChargebackStatus, amount: int, charge: int = 0, *, id: str | None = None) -> None:
    """The bank disputes a charge, or decides about it."""
    id, due = id or f"du_{charge + 1}", START + timedelta(days=9)
    bank.stripe.disputes[id] = Dispute(id, status, amount, bank.currency, f"ch_pi_{charge}", bank.escrow.id, "fraudulent", due, True)
    bank.webhook(f"evt_{id}_{status}", id, event_type="charge.dispute.updated")


def losses(bank: Bank) -> int:
    return -bank.in_ledger(AccountKind.LOSSES)


def patiently(bank: Bank) -> None:
    """More than often enough for whatever can end by itself."""
    for _ in range(30):
        bank.resume(timedelta(minutes=11))


def test_a_bank_that_is_quicker_than_the_record_of_the_payment_is_heard_once_that_is_there(bank: Bank) -> None:
    bank.stripe.mute = True
    bank.fund(0)
    bank.stripe.mute = False
    bank.stripe.succeed("pi_0")
    tell(bank, LOST, 60_000)
    assert (bank.escrow.held, losses(bank)) == (0, 0)
    patiently(bank)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 0, 0, 60_000, 0), 0)
    bank.check()


# two at a time


def test_an_escrow_thaws_with_the_last_decision(bank: Bank) -> None:
    bank.fund(0)
    bank.fund(1)
    tell(bank, TAKEN, 60_000, 0)
    tell(bank, TAKEN, 40_000, 1)
    bank.approve(1)
    tell(bank, LOST, 60_000, 0)
    assert (bank.escrow.frozen, bank.escrow.held) == (FROZEN_BY, 40_000)
    with pytest.raises(EscrowFrozen):
        bank.release(1)
    tell(bank, LOST, 40_000, 1)
    patiently(bank)
    assert (bank.escrow.frozen, bank.sums(), losses(bank)) == (None, (100_000, 0, 0, 100_000, 0), 0)
    assert bank.in_ledger(AccountKind.AVAILABLE) == 0
    bank.check()


def test_one_that_is_won_does_not_thaw_what_another_froze(bank: Bank) -> None:
    bank.fund(0)
    bank.fund(1)
    tell(bank, TAKEN, 60_000, 0)
    tell(bank, TAKEN, 40_000, 1)
    tell(bank, WON, 60_000, 0)
    assert bank.escrow.frozen == FROZEN_BY
    tell(bank, WON, 40_000, 1)
    assert bank.escrow.frozen is None


@pytest.mark.parametrize("end", [LOST, WON])
def test_what_finance_froze_meanwhile_stays_frozen(bank: Bank, end: ChargebackStatus) -> None:
    bank.fund(0)
    tell(bank, TAKEN, 60_000)
    bank.freeze()
    tell(bank, end, 60_000)
    assert bank.escrow.frozen == "Finance looks into it."
    bank.unfreeze()
    assert bank.escrow.frozen is None


# what is in dispute here as well


@pytest.mark.parametrize("amount", [60_000, 20_000])
def test_a_dispute_over_what_the_bank_gave_back_is_over(bank: Bank, amount: int) -> None:
    bank.fund(0)
    opened = Court(bank).open(amount)
    tell(bank, TAKEN, 60_000)
    tell(bank, LOST, 60_000)
    assert (bank.sums(), losses(bank)) == ((60_000, 0, 0, 60_000, 0), 0)
    assert bank.escrow.milestones[0].status is Status.REFUNDED
    dispute = dispute_view(bank.memory.table("disputes")[opened.id], bank.escrow)
    assert (dispute.status, dispute.lapsed) == (DisputeStatus.WITHDRAWN, True)
    assert [(fact.amount.amount_minor, fact.by_bank) for fact in bank.events(DisputeWithdrawn)] == [(amount, True)]
    bank.check()


def test_what_the_bank_did_not_take_stays_in_dispute_and_a_proposed_decision_is_made_anew(bank: Bank) -> None:
    bank.fund(0)
    court = Court(bank, limit=0)
    proposed = court.decide(court.in_mediation(50_000), 50_000, 0)
    assert proposed.status is DisputeStatus.DECISION_PROPOSED
    tell(bank, LOST, 30_000)
    dispute = bank.memory.table("disputes")[proposed.id]
    assert (dispute.status, dispute.amount, dispute.decision) == (DisputeStatus.MEDIATION, 20_000, None)
    assert (bank.escrow.held, bank.escrow.disputed, losses(bank)) == (30_000, 20_000, 0)
    assert bank.events(DisputeWithdrawn) == []
    court.confirm(court.decide(proposed, 20_000, 0), court.second)
    bank.settle()
    assert bank.sums() == (60_000, 10_000, 18_000, 30_000, 2_000)
    bank.check()


# what is on its way back to the payer


def test_an_owed_refund_ends_when_the_payer_has_the_money_from_the_bank(bank: Bank) -> None:
    bank.fund(0)
    court = Court(bank)
    dispute = court.in_mediation(20_000)
    bank.stripe.refuse["refund"] = ["charge_disputed"] * 1_000
    court.decide(dispute, 0, 20_000)
    tell(bank, TAKEN, 60_000)
    patiently(bank)
    assert [saga for saga in bank.running if isinstance(saga.order, RefundOrder)]
    tell(bank, LOST, 60_000)
    patiently(bank)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 0, 0, 60_000, 0), 0)
    assert (bank.escrow.milestones[0].status, bank.stripe.refunds) == (Status.REFUNDED, {})
    assert sum(fact.amount.amount_minor for fact in bank.events(FundsRefunded)) == 60_000
    assert [fact.milestone_settled for fact in bank.events(FundsRefunded)] == [False, True]
    bank.check()


def test_an_award_of_which_the_solver_had_a_part_ends_as_paid(bank: Bank) -> None:
    bank.fund(0)
    court = Court(bank, limit=60_000)
    dispute = court.in_mediation(60_000)
    bank.stripe.refuse["refund"] = ["charge_disputed"] * 1_000
    court.decide(dispute, 40_000, 20_000)
    patiently(bank)
    tell(bank, LOST, 60_000)
    patiently(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 36_000, 20_000, 4_000))
    assert bank.escrow.milestones[0].status is Status.RELEASED
    assert (losses(bank), bank.balance().available.amount_minor) == (4_000, 0)  # its fee, and the solver bears the net
    bank.check()


def test_a_part_taken_back_ends_when_the_payer_has_it_from_the_bank(bank: Bank) -> None:
    bank.fund(0)
    bank.release(0)
    bank.stripe.refuse["refund"] = ["charge_disputed"] * 1_000
    bank.take_back(0, 20_000)
    tell(bank, TAKEN, 60_000)
    tell(bank, LOST, 60_000)
    patiently(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 36_000, 20_000, 4_000))
    assert (losses(bank), bank.balance().available.amount_minor) == (4_000, 0)
    bank.check()


def test_a_refund_that_is_refused_because_the_bank_was_quicker_is_the_payers_all_the_same(bank: Bank) -> None:
    bank.fund(0)
    bank.stripe.down = True
    bank.refund(0)
    bank.stripe.down = False
    tell(bank, TAKEN, 60_000)
    patiently(bank)
    assert (bank.escrow.held, bank.escrow.milestones[0].status) == (60_000, Status.HELD)
    tell(bank, LOST, 60_000)
    with pytest.raises(MilestoneNotHeld):
        bank.release(0)
    patiently(bank)
    assert (bank.sums(), losses(bank)) == ((60_000, 0, 0, 60_000, 0), 0)
    bank.check()


def test_a_refund_under_way_when_the_bank_decides_is_not_made_any_more(bank: Bank) -> None:
    bank.fund(0)
    bank.stripe.down = True
    bank.refund(0)
    bank.stripe.down = False
    tell(bank, LOST, 60_000)
    patiently(bank)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 0, 0, 60_000, 0), 0)
    bank.check()


def test_a_refund_that_arrives_after_all_is_the_platforms_loss(bank: Bank) -> None:
    bank.fund(0)
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.refund(0)
    tell(bank, TAKEN, 60_000)
    tell(bank, LOST, 60_000)
    for row in bank.stripe.refunds.values():
        row["status"] = MovementStatus.SUCCEEDED
    patiently(bank)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 0, 0, 60_000, 0), 60_000)
    bank.check()


def test_a_refund_of_the_rest_of_a_charge_is_none_of_what_the_bank_gave(bank: Bank) -> None:
    bank.fund(0)
    bank.stripe.down = True
    bank.refund(amount=40_000)
    bank.stripe.down = False
    tell(bank, LOST, 10_000)
    patiently(bank)
    assert (bank.running, bank.sums(), losses(bank)) == ([], (60_000, 50_000, 0, 10_000, 0), 0)
    with pytest.raises(RefundRefused):
        bank.refund(0)
    bank.check()


# what the platform paid of it


@pytest.mark.parametrize("credit", [False, True])
def test_what_the_platform_paid_goes_back_with_it(bank: Bank, credit: bool) -> None:
    bank.grant(5_000) if credit else bank.coupon()
    bank.fund(0, coupon=None if credit else "WELCOME", credit=credit)
    tell(bank, TAKEN, 55_000)
    tell(bank, LOST, 55_000)
    assert (bank.sums(), bank.escrow.milestones[0].status) == ((60_000, 0, 0, 60_000, 0), Status.REFUNDED)
    assert (bank.in_ledger(AccountKind.PROMOTION), losses(bank)) == (0, 0)
    assert bank.in_ledger(AccountKind.CREDIT) == (5_000 if credit else 0)
    assert bank.escrow.milestones[0].sponsored == 0
    assert [fact.amount.amount_minor for fact in bank.events(FundsRefunded)] == [55_000]
    bank.fund(0)
    assert bank.escrow.held == 60_000
    bank.check()


def test_of_a_part_its_part_of_the_gift(bank: Bank) -> None:
    bank.coupon()
    bank.fund(0, coupon="WELCOME")
    tell(bank, LOST, 11_000)
    assert bank.sums() == (60_000, 48_000, 0, 12_000, 0)
    assert (bank.escrow.milestones[0].sponsored, losses(bank)) == (4_000, 0)
    bank.check()


def test_what_was_charged_for_what_is_held_is_counted_before_what_was_released(bank: Bank) -> None:
    """55000 were charged for 60000: of the 30000 that are held the payer has paid 27500, and so of those that were released."""
    bank.coupon()
    bank.fund(0, coupon="WELCOME")
    bank.release(amount=30_000)
    tell(bank, TAKEN, 27_500)
    assert bank.balance().available.amount_minor == 27_000
    tell(bank, LOST, 27_500)
    assert (bank.sums(), losses(bank)) == ((60_000, 0, 27_000, 30_000, 3_000), 0)
    bank.check()


# what is on its way to those who are paid


@pytest.mark.parametrize("known", [True, False], ids=["refused before", "refused since"])
def test_a_release_of_a_payment_that_the_bank_has_is_made_out_of_the_balance(bank: Bank, known: bool) -> None:
    """Until then the processor has its reasons; of a charge that was taken back it sends on nothing."""
    bank.fund(0)
    if known:
        bank.stripe.refuse["transfer"] = ["insufficient_funds"]
    else:
        bank.stripe.down = True
    bank.release(amount=20_000)
    bank.stripe.down, bank.stripe.keeps_disputed = False, True
    tell(bank, TAKEN, 60_000)
    assert (bank.in_ledger(AccountKind.AVAILABLE), losses(bank)) == (-18_000, 42_000)
    patiently(bank)
    assert (bank.escrow.held, bank.stripe.transfers) == (60_000, {})
    tell(bank, LOST, 60_000)
    assert (bank.escrow.held, bank.escrow.frozen) == (20_000, None)
    patiently(bank)
    assert (bank.running, bank.sums()) == ([], (60_000, 0, 18_000, 40_000, 2_000))
    assert [(row["amount"], row["charge"]) for row in bank.stripe.transfers.values()] == [(18_000, None)]
    assert (bank.in_ledger(AccountKind.AVAILABLE), losses(bank), bank.escrow.milestones[0].status) == (0, 2_000, Status.RELEASED)
    bank.check()


def test_one_whose_answer_was_lost_is_found_and_not_made_out_of_the_balance(bank: Bank) -> None:
    def lose_it(name: str) -> None:
        raise ProviderUnavailable

    bank.fund()
    bank.release(1)
    bank.stripe.answering = lose_it
    bank.release(amount=20_000)
    bank.stripe.answering, bank.stripe.keeps_disputed = lambda name: None, True
    tell(bank, LOST, 60_000)
    patiently(bank)
    assert ([row["charge"] for row in bank.stripe.transfers.values()], bank.running) == (["ch_pi_0"] * 2, [])
    assert (bank.sums(), bank.in_ledger(AccountKind.AVAILABLE)) == ((100_000, 0, 54_000, 40_000, 6_000), 36_000)
    bank.check()


def test_a_refusal_that_has_another_reason_stays_one(bank: Bank) -> None:
    """The bank decided for the platform, or about another payment."""
    bank.fund(0)
    bank.fund(1)
    bank.stripe.refuse["transfer"] = ["insufficient_funds"] * 3
    bank.release(0)
    tell(bank, WON, 60_000)
    tell(bank, LOST, 40_000, 1)
    patiently(bank)
    assert ([row["charge"] for row in bank.stripe.transfers.values()], bank.running) == (["ch_pi_0"], [])
    bank.check()


# who is told


def test_challenges_hears_that_a_milestone_is_empty(bank: Bank) -> None:
    bank.fund()
    tell(bank, LOST, 100_000)
    told = bank.events(FundsRefunded)
    assert [(fact.milestone_id, fact.amount.amount_minor, fact.milestone_settled, fact.by_bank) for fact in told] == [
        (bank.milestone_ids[0], 60_000, True, True),
        (bank.milestone_ids[1], 40_000, True, True),
    ]
    assert len(bank.events(ChargebackClosed)) == 1


def test_what_is_partly_there_is_not_settled(bank: Bank) -> None:
    bank.fund(0)
    tell(bank, LOST, 10_000)
    (told,) = bank.events(FundsRefunded)
    assert (told.milestone_settled, told.milestone_released) == (False, False)
