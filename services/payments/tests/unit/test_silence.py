"""The clock of silence: it waits while the money cannot go anywhere, and then gives the challenger the whole time again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from payments_bank import Bank
from payments_court import Court
from test_lost_chargebacks import LOST, TAKEN, WON, tell

from payments.domain.milestone import Status
from payments.domain.silence import SILENCE
from payments.usecases.ports import MovementStatus

LONGER = SILENCE + timedelta(days=1)
PAID = (60_000, 0, 54_000, 0, 6_000)


def in_silence(bank: Bank, time: timedelta) -> tuple[int, int, int, int, int]:
    """What has become of the money when nobody has said anything for so long."""
    bank.clock.advance(time)
    bank.silence_handler()
    bank.settle()
    return bank.sums()


def disputed(bank: Bank) -> Callable[[], object]:
    court = Court(bank)
    opened = court.open(20_000)
    return lambda: court.withdraw(opened)


def frozen(bank: Bank) -> Callable[[], object]:
    bank.freeze()
    return bank.unfreeze


def charged_back(bank: Bank) -> Callable[[], object]:
    tell(bank, TAKEN, 60_000)
    return lambda: tell(bank, WON, 60_000)


def refunded(bank: Bank) -> Callable[[], object]:
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.refund(0)

    def failed() -> None:
        for row in bank.stripe.refunds.values():
            row["status"] = MovementStatus.FAILED
        bank.resume(timedelta(minutes=11))

    return failed


@pytest.mark.parametrize("keep", [disputed, frozen, charged_back, refunded])
def test_what_kept_the_money_gives_the_whole_time_again_when_it_ends(bank: Bank, keep: Callable[[Bank], Callable[[], object]]) -> None:
    bank.fund(0)
    bank.deliver(0)
    bank.clock.advance(timedelta(days=1))
    let_go = keep(bank)
    bank.clock.advance(LONGER)
    bank.silence_handler()
    let_go()
    for time in (timedelta(minutes=1), SILENCE - timedelta(hours=1)):
        assert in_silence(bank, time) == (60_000, 60_000, 0, 0, 0)
    assert in_silence(bank, timedelta(hours=1)) == PAID
    bank.check()


def test_a_decision_about_a_part_does_not_pay_the_rest_at_once(bank: Bank) -> None:
    bank.fund(0)
    bank.deliver(0)
    court = Court(bank)
    dispute = court.in_mediation(20_000)
    bank.clock.advance(LONGER)
    court.decide(dispute, 0, 20_000)
    bank.settle()
    assert in_silence(bank, timedelta(minutes=1)) == (60_000, 40_000, 0, 20_000, 0)
    assert in_silence(bank, SILENCE) == (60_000, 0, 36_000, 20_000, 4_000)


def test_what_is_left_of_a_lost_chargeback_is_not_paid_at_once(bank: Bank) -> None:
    bank.fund(0)
    bank.deliver(0)
    tell(bank, TAKEN, 20_000)
    bank.clock.advance(LONGER)
    tell(bank, LOST, 20_000)
    assert in_silence(bank, timedelta(minutes=1)) == (60_000, 40_000, 0, 20_000, 0)
    assert in_silence(bank, SILENCE) == (60_000, 0, 36_000, 20_000, 4_000)


def test_what_is_left_of_a_dispute_that_lapsed_is_not_paid_at_once(bank: Bank) -> None:
    """Finance had lifted the freeze: it was the dispute alone that kept the money."""
    bank.fund(0)
    bank.deliver(0)
    Court(bank).open(20_000)
    tell(bank, TAKEN, 20_000)
    bank.unfreeze(despite=True)
    bank.clock.advance(LONGER)
    tell(bank, LOST, 20_000)
    assert (bank.escrow.disputed, bank.escrow.frozen) == (0, None)
    assert in_silence(bank, timedelta(minutes=1)) == (60_000, 40_000, 0, 20_000, 0)
    assert in_silence(bank, SILENCE) == (60_000, 0, 36_000, 20_000, 4_000)
    bank.check()


def test_work_that_came_before_its_money_is_waited_for_from_then_on(bank: Bank) -> None:
    bank.deliver(0)
    bank.clock.advance(LONGER)
    bank.fund(0)
    assert in_silence(bank, timedelta(minutes=1)) == (60_000, 60_000, 0, 0, 0)
    assert in_silence(bank, SILENCE) == PAID


def test_work_whose_money_went_back_is_not_waited_for(bank: Bank) -> None:
    """They may agree to go on: then nobody has been silent about it, until work is delivered again."""
    bank.fund(0)
    bank.deliver(0)
    bank.refund(0)
    assert bank.escrow.milestones[0].status is Status.REFUNDED
    bank.clock.advance(LONGER)
    bank.fund(0)
    assert in_silence(bank, LONGER) == (120_000, 60_000, 0, 60_000, 0)
    bank.deliver(0)
    assert in_silence(bank, SILENCE) == (120_000, 0, 54_000, 60_000, 6_000)
    bank.check()


def test_a_part_that_went_back_changes_nothing_for_the_rest(bank: Bank) -> None:
    bank.fund(0)
    bank.deliver(0)
    bank.clock.advance(timedelta(days=13))
    bank.refund(amount=20_000)
    assert in_silence(bank, timedelta(days=1)) == (60_000, 0, 36_000, 20_000, 4_000)


def test_a_delivery_heard_of_after_it_was_sent_back_starts_no_clock(bank: Bank) -> None:
    """Each kind of fact comes by a queue of its own: a retry, or a start after a while, turns them around."""
    bank.fund(0)
    bank.request_changes(0, sequence=2)
    bank.deliver(0, sequence=1)
    assert bank.escrow.milestones[0].delivered
    assert in_silence(bank, LONGER) == (60_000, 60_000, 0, 0, 0)
    bank.deliver(0, sequence=3)
    assert in_silence(bank, SILENCE) == PAID


def test_changes_asked_for_before_the_last_delivery_do_not_stop_its_clock(bank: Bank) -> None:
    bank.fund(0)
    bank.deliver(0, sequence=1)
    bank.clock.advance(timedelta(days=1))
    bank.deliver(0, sequence=3)
    bank.request_changes(0, sequence=2)
    assert in_silence(bank, SILENCE - timedelta(hours=1)) == (60_000, 60_000, 0, 0, 0)
    assert in_silence(bank, timedelta(hours=1)) == PAID


def test_a_delivery_heard_of_after_its_money_went_back_is_not_waited_for(bank: Bank) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.deliver(0)
    bank.fund(0)
    assert in_silence(bank, LONGER) == (120_000, 60_000, 0, 60_000, 0)
