"""Disputes: what is disputed stays until it is decided, once, who gets it; the rest stays payable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import Bank, person
from payments_court import LIMIT, Court

from chassis.principal import Principal
from contracts.identity.roles import Role
from contracts.payments.commands import (
    AddDisputeEvidence,
    WithdrawDispute,
)
from contracts.payments.dispute_views import DisputeStatus
from contracts.payments.events import DisputeAnswered, DisputeDecided, DisputeMediated, DisputeOpened, DisputeWithdrawn, FundsRefunded
from contracts.payments.queries import GetDispute, ListDisputes
from payments.domain.dispute import OVER, TRANSITIONS
from payments.domain.dispute_errors import (
    DecisionNotWhole,
    DisputeNotFound,
    DisputeOver,
    NotAMediator,
    NotTheOpener,
    NotTheRespondent,
    NotYetAnswered,
    SameEyes,
    WrongDisputeState,
)
from payments.domain.errors import AmountAboveHeld, CurrencyMismatch, EscrowFrozen, EscrowNotFound, InsufficientBalance, MilestoneDisputed
from payments.domain.milestone import Status
from payments.usecases.get_dispute import GetDisputeHandler
from payments.usecases.list_disputes import ListDisputesHandler
from payments.usecases.ports import MovementStatus


@pytest.fixture
def court() -> Court:
    bank = Bank((100_000,))
    bank.accept()
    bank.fund()
    return Court(bank)


def test_released_refunded_disputed_decided(court: Court) -> None:
    """100000 in escrow: release 40000, refund 25000, dispute 35000; decision 20000 and 15000; a second decision is refused."""
    bank = court.bank
    bank.release(amount=40_000)
    bank.refund(amount=25_000)
    dispute = court.open(35_000)
    for attempt in (
        lambda: bank.release(amount=1),
        lambda: bank.release(0),
        lambda: bank.refund(amount=1),
        lambda: bank.refund(0),
        lambda: court.open(1),
    ):
        with pytest.raises(MilestoneDisputed):
            attempt()
    with pytest.raises(InsufficientBalance):
        bank.pay_out(36_000 + 1_000)
    decided = court.decide(court.mediate(court.answer(dispute)), 20_000, 15_000)
    assert decided.status is DisputeStatus.DECIDED
    with pytest.raises(DisputeOver):
        court.decide(dispute, 35_000, 0)
    bank.settle()
    assert bank.sums() == (100_000, 0, 54_000, 40_000, 6_000)
    assert bank.escrow.milestones[0].status is Status.RELEASED
    assert [fact.to_payee.amount_minor for fact in bank.events(DisputeDecided)] == [20_000]
    told = bank.told()
    assert [told[kind.__name__] for kind in (DisputeOpened, DisputeAnswered, DisputeMediated, DisputeDecided)] == [1, 1, 1, 1]
    bank.check()


def test_what_is_not_disputed_stays_payable(court: Court) -> None:
    court.open(35_000)
    court.bank.release(amount=65_000)
    assert court.bank.sums() == (100_000, 35_000, 58_500, 0, 6_500)
    with pytest.raises(AmountAboveHeld):
        court.bank.release(amount=35_001)
    court.bank.check()


def test_approval_pays_what_is_free_and_no_more(court: Court) -> None:
    court.open(35_000)
    court.bank.approve(0)
    court.bank.settle()
    assert court.bank.escrow.held == 35_000


@pytest.mark.parametrize(("to_payee", "to_payer", "status"), [(35_000, 0, Status.RELEASED), (0, 35_000, Status.REFUNDED)])
def test_a_decision_may_give_one_side_everything(court: Court, to_payee: int, to_payer: int, status: Status) -> None:
    dispute = court.in_mediation(35_000)
    court.decide(dispute, to_payee, to_payer)
    court.bank.settle()
    court.bank.release(amount=65_000) if to_payee else court.bank.refund(amount=65_000)
    court.bank.settle()
    assert court.bank.escrow.milestones[0].status is status
    court.bank.check()


def test_a_decided_refund_that_the_processor_refuses_is_tried_again(court: Court) -> None:
    dispute = court.in_mediation(35_000)
    court.bank.stripe.refuse["refund"] = ["insufficient_funds", "insufficient_funds"]
    court.decide(dispute, 20_000, 15_000)
    court.bank.settle()
    assert court.bank.sums() == (100_000, 65_000, 18_000, 15_000, 2_000)
    court.bank.check()


def test_a_decided_refund_that_arrives_last_tells_that_the_milestone_was_paid(court: Court) -> None:
    court.bank.stripe.refund_status = MovementStatus.PENDING
    dispute = court.in_mediation(50_000)
    court.bank.release(amount=50_000)
    court.decide(dispute, 20_000, 30_000)
    court.bank.resume(timedelta(seconds=31))
    (refund,) = court.bank.stripe.refunds.values()
    refund["status"] = MovementStatus.SUCCEEDED
    court.bank.settle()
    (told,) = court.bank.events(FundsRefunded)
    assert (told.milestone_settled, told.milestone_released) == (False, True)


def test_above_the_limit_two_have_to_agree(court: Court) -> None:
    proposed = court.decide(court.in_mediation(LIMIT + 1), LIMIT, 1)
    assert proposed.status is DisputeStatus.DECISION_PROPOSED
    with pytest.raises(SameEyes):
        court.confirm(proposed, court.mediator)
    with pytest.raises(WrongDisputeState):
        court.decide(proposed, 1, LIMIT, by=court.second)
    assert court.confirm(proposed, court.second, approve=False).status is DisputeStatus.MEDIATION
    again = court.decide(proposed, LIMIT - 1, 2)
    confirmed = court.confirm(again, court.second)
    assert confirmed.decision is not None
    assert (confirmed.decision.decided_by, confirmed.decision.confirmed_by) == (court.mediator.user_id, court.second.user_id)
    with pytest.raises(DisputeOver):
        court.confirm(again, court.second)
    court.bank.settle()
    assert court.bank.sums() == (100_000, 100_000 - LIMIT - 1, 44_999, 2, 5_000)
    court.bank.check()


def test_a_decision_shares_out_all_that_is_disputed_in_its_currency(court: Court) -> None:
    dispute = court.in_mediation(35_000)
    with pytest.raises(DecisionNotWhole):
        court.decide(dispute, 20_000, 15_001)
    with pytest.raises(CurrencyMismatch):
        court.decide(dispute, 20_000, 15_000, currency="USD")
    assert court.bank.escrow.disputed == 35_000


def test_mediation_waits_for_the_answer_a_week_at_most(court: Court) -> None:
    dispute = court.open(10)
    with pytest.raises(NotYetAnswered):
        court.mediate(dispute)
    court.bank.clock.advance(timedelta(days=7))
    assert court.mediate(dispute).status is DisputeStatus.MEDIATION


def test_who_may_do_what(court: Court) -> None:
    bank, stranger = court.bank, person(Role.SOLVER)
    with pytest.raises(EscrowNotFound):
        court.open(10, by=stranger)
    dispute = court.open(10)
    with pytest.raises(DisputeNotFound):
        court.answer(dispute, stranger)
    with pytest.raises(NotTheRespondent):
        court.answer(dispute, bank.challenger)
    court.answer(dispute)
    party_with_role = Principal(bank.solver.user_id, bank.solver.session_id, frozenset({Role.FINANCE}), True, token="")
    for who in (bank.challenger, bank.solver, party_with_role):
        with pytest.raises(NotAMediator):
            court.mediate(dispute, who)
    with pytest.raises(NotTheOpener):
        court.withdrawing(WithdrawDispute(dispute_id=dispute.id), bank.solver)
    shown = GetDisputeHandler(bank.memory.unit_of_work)
    with pytest.raises(DisputeNotFound):
        shown(GetDispute(dispute_id=dispute.id), stranger)
    assert shown(GetDispute(dispute_id=dispute.id), court.mediator).answer == "It is."
    with pytest.raises(EscrowNotFound):
        ListDisputesHandler(bank.memory.unit_of_work)(ListDisputes(escrow_id=bank.escrow.id), stranger)


def test_evidence_is_kept_in_order_until_it_is_over(court: Court) -> None:
    dispute = court.open(10, by=court.bank.solver)
    for who, title in ((court.bank.solver, "The delivery"), (court.bank.challenger, "The brief")):
        shown = court.evidence(AddDisputeEvidence(dispute_id=dispute.id, title=title, text="See."), who)
    assert [one.title for one in shown.evidence] == ["The delivery", "The brief"]
    court.withdrawing(WithdrawDispute(dispute_id=dispute.id), court.bank.solver)
    with pytest.raises(DisputeOver):
        court.evidence(AddDisputeEvidence(dispute_id=dispute.id, title="Too late", text="See."), court.bank.solver)


def test_a_withdrawn_dispute_lets_the_money_go_and_pays_what_was_approved(court: Court) -> None:
    dispute = court.open(milestone=0)
    court.bank.approve(0)
    court.bank.settle()
    assert court.bank.escrow.held == 100_000
    court.withdrawing(WithdrawDispute(dispute_id=dispute.id), court.bank.challenger)
    court.bank.settle()
    assert court.bank.sums() == (100_000, 0, 90_000, 0, 10_000)
    assert len(court.bank.events(DisputeWithdrawn)) == 1
    court.bank.check()


def test_nothing_is_awarded_from_a_frozen_escrow(court: Court) -> None:
    dispute = court.in_mediation(10)
    with court.bank.memory.unit_of_work() as work:
        work.escrows.save(court.bank.escrow.freeze("why"))
    with pytest.raises(EscrowFrozen):
        court.decide(dispute, 10, 0)
    assert GetDisputeHandler(court.bank.memory.unit_of_work)(GetDispute(dispute_id=dispute.id), court.mediator).decision is None


def test_what_is_over_stays_over() -> None:
    assert {state for state, _ in TRANSITIONS} == set(DisputeStatus) - OVER
    assert set(TRANSITIONS.values()) >= OVER
