"""Movements of money that do not get on are counted until they do."""

from __future__ import annotations

from datetime import timedelta

from payments_bank import Bank

from payments.usecases.watch_stuck_sagas import WatchStuckSagasHandler


class Told:
    number: int | None = None

    def stuck_sagas(self, number: int) -> None:
        self.number = number


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
