"""Release: the solver is paid once, less the fee, whoever sets it off."""

from datetime import timedelta

import pytest
from payments_bank import Bank, person

from chassis.retry import NotYet
from contracts.identity.roles import Role
from contracts.money import Price
from contracts.payments.commands import ReleaseEscrow
from contracts.payments.events import FundsReleased
from contracts.payments.views import EscrowMilestoneStatus, EscrowStatus
from payments.domain.errors import AmountAboveHeld, CurrencyMismatch, EscrowNotFound, MilestoneBusy, MilestoneNotHeld, NotThePayer
from payments.usecases.ports import MovementStatus


def test_a_milestone_pays_net_to_the_solver_and_the_fee_to_the_platform(bank: Bank) -> None:
    bank.fund()
    view = bank.release(0)

    assert view.milestones[0].status is EscrowMilestoneStatus.RELEASED
    assert bank.sums() == (100_000, 40_000, 54_000, 0, 6_000)
    (transfer,) = bank.stripe.transfers.values()
    assert (transfer["amount"], transfer["charge"]) == (54_000, "ch_pi_0")
    (fact,) = bank.events(FundsReleased)
    assert (fact.gross.amount_minor, fact.net.amount_minor, fact.fee.amount_minor, fact.milestone_settled) == (60_000, 54_000, 6_000, True)
    assert bank.balance().available.amount_minor == 54_000
    bank.check()


def test_both_milestones_settle_the_escrow(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    assert bank.release(1).status is EscrowStatus.SETTLED
    assert bank.sums() == (100_000, 0, 90_000, 0, 10_000)
    assert bank.stripe.accounts == [bank.solver.user_id]
    bank.check()


def test_a_released_milestone_is_answered_as_it_is(bank: Bank) -> None:
    bank.fund()
    first = bank.release(0)
    assert bank.release(0) == first
    assert len(bank.stripe.transfers) == 1


def test_a_milestone_that_is_being_released_is_answered_as_it_is(bank: Bank) -> None:
    bank.fund()
    bank.stripe.down = True
    assert bank.release(0).milestones[0].status is EscrowMilestoneStatus.RELEASING
    assert bank.release(0).milestones[0].status is EscrowMilestoneStatus.RELEASING
    assert bank.balance().pending.amount_minor == 54_000
    bank.stripe.down = False
    bank.settle()
    assert bank.balance().pending.amount_minor == 0
    assert len(bank.stripe.transfers) == 1
    bank.check()


def test_partial_releases_lose_no_cent_of_the_fee() -> None:
    bank = Bank((1005,), fee_basis_points=333)
    bank.accept()
    bank.fund()
    for _ in range(201):
        bank.release(amount=5)
    assert bank.sums() == (1005, 0, 972, 0, 33)  # 33.4665 rounded half up
    assert bank.events(FundsReleased)[-1].milestone_settled
    bank.check()


def test_a_net_of_nothing_is_booked_without_a_transfer() -> None:
    bank = Bank((10,), fee_basis_points=10_000)
    bank.accept()
    bank.fund()
    bank.release(0)
    assert bank.sums() == (10, 0, 0, 0, 10)
    assert bank.stripe.transfers == {}


def test_an_amount_is_taken_from_the_milestones_in_their_order(bank: Bank) -> None:
    bank.fund()
    view = bank.release(amount=70_000)
    assert [(step.held.amount_minor, step.released.amount_minor) for step in view.milestones] == [(0, 54_000), (30_000, 9_000)]
    assert [fact.milestone_settled for fact in bank.events(FundsReleased)] == [True, False]
    bank.check()


def test_the_same_key_releases_an_amount_once(bank: Bank) -> None:
    bank.fund()
    bank.release(amount=10_000, key="k")
    bank.release(amount=10_000, key="k")
    assert bank.sums() == (100_000, 90_000, 9_000, 0, 1_000)
    bank.release(amount=10_000, key="another")
    assert bank.sums() == (100_000, 80_000, 18_000, 0, 2_000)
    bank.check()


def test_more_than_is_held_is_refused(bank: Bank) -> None:
    bank.fund(0)
    with pytest.raises(AmountAboveHeld):
        bank.release(amount=60_001)
    with pytest.raises(MilestoneNotHeld):
        bank.release(1)
    assert bank.stripe.transfers == {}


def test_another_currency_is_refused(bank: Bank) -> None:
    bank.fund()
    command = ReleaseEscrow(escrow_id=bank.escrow.id, amount=Price(amount_minor=1, currency="USD"))
    with pytest.raises(CurrencyMismatch):
        bank.release_handler(command, bank.challenger)


def test_what_is_being_refunded_cannot_be_released(bank: Bank) -> None:
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.fund(0)
    bank.refund(0)
    with pytest.raises(MilestoneBusy):
        bank.release(0)


def test_who_may_release(bank: Bank) -> None:
    bank.fund()
    with pytest.raises(EscrowNotFound):
        bank.release(0, by=person(Role.SOLVER))
    with pytest.raises(NotThePayer):
        bank.release(0, by=bank.solver)


def test_approved_work_is_paid_by_the_timer(bank: Bank) -> None:
    bank.fund()
    bank.approve(0)
    assert bank.stripe.transfers == {}
    bank.resume()
    assert bank.sums() == (100_000, 40_000, 54_000, 0, 6_000)
    bank.check()


def test_work_approved_before_it_is_funded_is_paid_once_it_is(bank: Bank) -> None:
    bank.approve(0)
    bank.fund()
    bank.settle()
    assert bank.sums() == (100_000, 40_000, 54_000, 0, 6_000)
    bank.check()


def test_approval_and_release_by_hand_pay_once(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    bank.approve(0)
    bank.settle()
    assert len(bank.stripe.transfers) == 1


def test_approval_after_a_partial_release_pays_the_rest(bank: Bank) -> None:
    bank.fund(0)
    bank.release(amount=10_000)
    bank.approve(0)
    bank.settle()
    assert bank.sums() == (60_000, 0, 54_000, 0, 6_000)
    bank.check()


def test_an_approval_that_comes_before_the_engagement_waits() -> None:
    with pytest.raises(NotYet):
        Bank().approve(0)


def test_a_refused_transfer_is_tried_again_under_a_new_key_until_it_goes_through(bank: Bank) -> None:
    bank.fund()
    bank.stripe.refuse["transfer"] = ["insufficient_capabilities_for_transfer"] * 3
    assert bank.release(0).milestones[0].status is EscrowMilestoneStatus.RELEASING
    for _ in range(4):
        bank.resume(timedelta(minutes=10))
    keys = [key for name, key in bank.stripe.calls if name == "transfer"]
    assert len(set(keys)) == len(keys) == 4
    assert len(bank.stripe.transfers) == 1
    bank.check()


def test_a_transfer_whose_key_stripe_has_forgotten_is_found_instead_of_made_again(bank: Bank) -> None:
    bank.fund()
    bank.release(1)  # makes the account
    bank.stripe.mute = True
    bank.release(0)
    bank.stripe.mute = False
    assert len(bank.stripe.transfers) == 2
    assert bank.sums() == (100_000, 60_000, 36_000, 0, 4_000)

    bank.stripe.forget_keys()
    bank.resume(timedelta(days=3))
    assert len(bank.stripe.transfers) == 2
    assert bank.sums() == (100_000, 0, 90_000, 0, 10_000)
    bank.check()
