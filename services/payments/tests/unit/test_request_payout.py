"""Payouts: the available balance, once, and back again when the bank says no."""

from dataclasses import replace
from datetime import timedelta

import pytest
from payments_bank import Bank
from payments_fakes import FakeUnitOfWork
from structlog.testing import capture_logs

from contracts.base import Event
from contracts.payments.commands import RequestPayout
from contracts.payments.events import PayoutFailed, PayoutPaid, PayoutRequested
from contracts.payments.queries import GetPayout, ListPayouts
from contracts.payments.views import PayoutStatus
from payments.domain.errors import InsufficientBalance, PayoutNotFound
from payments.usecases.get_payout import GetPayoutHandler
from payments.usecases.list_payouts import ListPayoutsHandler
from payments.usecases.ports import MovementStatus


@pytest.fixture
def earned(bank: Bank) -> Bank:
    """54000 are available."""
    bank.fund()
    bank.release(0)
    return bank


def test_a_payout_is_set_aside_and_arrives(earned: Bank) -> None:
    view = earned.pay_out(50_000)
    assert view.status is PayoutStatus.IN_TRANSIT
    assert earned.balance().available.amount_minor == 4_000
    earned.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    (saga,) = earned.running
    earned.webhook("evt_1", saga.id, event_type="payout.paid")
    assert earned.balance().paid_out.amount_minor == 50_000
    assert (len(earned.events(PayoutRequested)), len(earned.events(PayoutPaid))) == (1, 1)
    earned.check()


def test_a_payout_that_takes_days_is_not_told_as_stuck_but_an_outage_is(earned: Bank) -> None:
    earned.pay_out(50_000)
    with capture_logs() as told:
        for _ in range(10):
            earned.resume(timedelta(hours=8))
    assert [entry["event"] for entry in told] == []
    (saga,) = earned.running
    earned.stripe.down = True
    with capture_logs() as told:
        for _ in range(2):
            earned.resume(timedelta(hours=8))
    assert [entry["event"] for entry in told] == ["saga_step_put_off", "saga_stuck", "saga_step_put_off"]
    assert told[1]["saga_id"] == saga.id


def test_more_than_is_available_is_refused(earned: Bank) -> None:
    with pytest.raises(InsufficientBalance):
        earned.pay_out(54_001)
    earned.pay_out(54_000)
    with pytest.raises(InsufficientBalance):
        earned.pay_out(1_000)
    assert len(earned.stripe.payouts) == 1


def test_another_currency_is_another_balance(earned: Bank) -> None:
    earned.currency = "USD"
    with pytest.raises(InsufficientBalance):
        earned.pay_out(1_000)


def test_two_at_once_do_not_overdraw(earned: Bank) -> None:
    """The first reads the balance, the second takes most of it and commits: the first runs again and sees what is left."""
    raced = False

    class Slow(FakeUnitOfWork):
        def emit(self, event: Event) -> None:
            nonlocal raced
            if not raced:
                raced = True
                earned.pay_out(30_000)
            super().emit(event)

    def unit_of_work() -> Slow:
        return Slow(earned.memory)

    handler = replace(earned.payout_handler, unit_of_work=unit_of_work)
    with pytest.raises(InsufficientBalance):
        earned.call(lambda: handler(RequestPayout(amount=earned.price(30_000)), earned.solver), "slow")
    assert earned.balance().available.amount_minor == 24_000
    assert len(earned.stripe.payouts) == 1


def test_the_same_key_pays_out_once(earned: Bank) -> None:
    first, second = earned.pay_out(10_000, key="k"), earned.pay_out(10_000, key="k")
    assert first.id == second.id
    assert earned.balance().available.amount_minor == 44_000
    assert earned.pay_out(10_000, key="other").id != first.id


def test_a_payout_that_the_bank_refuses_is_available_again(earned: Bank) -> None:
    earned.pay_out(50_000)
    earned.stripe.payouts["po_0"]["status"] = MovementStatus.FAILED
    earned.resume(timedelta(seconds=3))
    assert earned.balance().available.amount_minor == 54_000
    assert [fact.code for fact in earned.events(PayoutFailed)] == ["account_closed"]
    earned.check()


def test_a_payout_that_stripe_refuses_is_available_again(earned: Bank) -> None:
    earned.stripe.refuse["pay_out"] = ["balance_insufficient"]
    view = earned.pay_out(50_000)
    assert (view.status, view.failure_code) == (PayoutStatus.FAILED, "balance_insufficient")
    assert earned.balance().available.amount_minor == 54_000
    earned.check()


def test_a_paid_payout_that_the_bank_sends_back_is_available_again(earned: Bank) -> None:
    earned.stripe.payout_status = MovementStatus.SUCCEEDED
    view = earned.pay_out(50_000)
    assert view.status is PayoutStatus.PAID
    (saga,) = [saga for saga in earned.sagas if saga.reference == "po_0"]
    earned.webhook("evt_1", saga.id, event_type="payout.paid")
    assert earned.balance().paid_out.amount_minor == 50_000
    earned.stripe.payouts["po_0"]["status"] = MovementStatus.FAILED
    earned.webhook("evt_2", saga.id, event_type="payout.failed")
    earned.webhook("evt_3", saga.id, event_type="payout.updated")
    assert (earned.balance().available.amount_minor, earned.balance().paid_out.amount_minor) == (54_000, 0)
    assert len(earned.events(PayoutFailed)) == 1
    earned.check()


def test_while_stripe_is_away_the_money_is_set_aside(earned: Bank) -> None:
    earned.stripe.down = True
    assert earned.pay_out(50_000).status is PayoutStatus.REQUESTED
    assert earned.balance().available.amount_minor == 4_000
    earned.stripe.down = False
    earned.stripe.payout_status = MovementStatus.SUCCEEDED
    earned.settle()
    assert earned.balance().paid_out.amount_minor == 50_000
    earned.check()


def test_a_payout_whose_key_stripe_has_forgotten_is_found_instead_of_made_again(earned: Bank) -> None:
    earned.stripe.payout_status = MovementStatus.SUCCEEDED
    earned.stripe.mute = True
    earned.pay_out(50_000)
    earned.stripe.mute = False
    earned.stripe.forget_keys()
    earned.resume(timedelta(days=3))
    assert len(earned.stripe.payouts) == 1
    assert earned.balance().paid_out.amount_minor == 50_000
    earned.check()


def test_payouts_are_shown_to_whom_they_belong(earned: Bank) -> None:
    ids = [earned.pay_out(1_000).id for _ in range(3)]
    listed = ListPayoutsHandler(earned.memory.unit_of_work)
    page = listed(ListPayouts(limit=2), earned.solver)
    rest = listed(ListPayouts(limit=2, cursor=page.next_cursor), earned.solver)
    assert [payout.id for payout in (*page.items, *rest.items)] == sorted(ids, reverse=True)
    assert rest.next_cursor is None
    assert listed(ListPayouts(), earned.challenger).items == ()

    shown = GetPayoutHandler(earned.memory.unit_of_work)
    assert shown(GetPayout(payout_id=ids[0]), earned.solver).id == ids[0]
    assert shown(GetPayout(payout_id=ids[0]), earned.finance).id == ids[0]
    with pytest.raises(PayoutNotFound):
        shown(GetPayout(payout_id=ids[0]), earned.challenger)
