"""Movements of money that do not get on are counted until they do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import Bank

from payments.domain.saga import STUCK_AFTER
from payments.usecases.ports import Movement, MovementStatus
from payments.usecases.watch_stuck_sagas import WatchStuckSagasHandler


class Told:
    number: int | None = None
    by_hand: int | None = None

    def stuck_sagas(self, number: int) -> None:
        self.number = number

    def refunds_by_hand(self, number: int) -> None:
        self.by_hand = number


def test_what_fails_again_and_again_is_told_until_it_gets_on(bank: Bank) -> None:
    told = Told()
    watch = WatchStuckSagasHandler(bank.memory.unit_of_work, told)
    bank.fund()
    bank.stripe.down = True
    bank.refund(0)
    watch()
    assert told.number == 0
    for _ in range(10):
        bank.resume(timedelta(minutes=11))
    watch()
    assert told.number == 1
    bank.stripe.down = False
    bank.resume(timedelta(minutes=11))
    watch()
    assert (told.number, bank.sums()) == (0, (100_000, 40_000, 0, 60_000, 0))


def test_a_step_that_breaks_is_told_of_though_it_waits_for_a_bank(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(refund_id: str) -> Movement:
        raise KeyError(refund_id)

    told = Told()
    watch = WatchStuckSagasHandler(bank.memory.unit_of_work, told)
    bank.fund(0)
    bank.fund(1)
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.refund(0)
    with monkeypatch.context() as patch:
        patch.setattr(bank.stripe, "get_refund", broken)
        while (saga := bank.running[0]).attempts < STUCK_AFTER:
            assert (saga.driver, saga.stuck) == (None, False)
            bank.resume(timedelta(minutes=11))
        watch()
        assert (saga.stuck, saga.last_error, told.number) == (True, "KeyError", 1)
        bank.release(1)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.SUCCEEDED
    bank.resume(timedelta(minutes=11))
    watch()
    assert (told.number, bank.sums()) == (0, (100_000, 0, 36_000, 60_000, 4_000))
