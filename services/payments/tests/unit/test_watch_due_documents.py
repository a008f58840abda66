"""How long documents wait is told, also of one that is put off again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import Bank
from payments_papers import Office

from payments.usecases.watch_due_documents import WatchDueDocumentsHandler


class Told:
    waits: timedelta | None = None

    def oldest_due(self, waits: timedelta) -> None:
        self.waits = waits


def test_the_oldest_that_is_due_is_told_until_it_is_written_down(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    told, office = Told(), Office(bank)
    watch = WatchDueDocumentsHandler(bank.memory.unit_of_work, told, bank.clock.now)
    watch()
    assert told.waits == timedelta(0)
    bank.fund()
    bank.clock.advance(timedelta(hours=1))
    bank.release(0)
    with monkeypatch.context() as broken:
        broken.setattr("payments.usecases.issue_documents.Drafts.all", lambda _: 1 // 0)
        for _ in range(5):
            office.handler()
            bank.clock.advance(timedelta(minutes=15))
    watch()
    assert told.waits == timedelta(hours=2, minutes=15)
    office.write_down()
    watch()
    assert told.waits == timedelta(0)


def test_another_clock_wrote_what_is_due_later_than_now(bank: Bank) -> None:
    told = Told()
    bank.fund()
    bank.clock.advance(timedelta(hours=-1))
    WatchDueDocumentsHandler(bank.memory.unit_of_work, told, bank.clock.now)()
    assert told.waits == timedelta(0)
