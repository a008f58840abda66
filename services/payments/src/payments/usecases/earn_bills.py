"""Count as revenue what was paid for periods that are over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from payments.domain.subscriptions import entries
from payments.usecases.bookkeeping import post
from payments.usecases.one_by_one import one_by_one
from payments.usecases.ports import UnitsOfWork

log = structlog.get_logger(__name__)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class EarnBillsHandler:
    """`rerun` runs something again when it lost a race for a record, as the entrypoints do for commands."""

    unit_of_work: UnitsOfWork
    rerun: Callable[[Callable[[], None]], None]
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """One journal a bill, when its period has ended; every replica may."""
        with self.unit_of_work() as work:
            due = work.bills.due_to_earn(self.now(), AT_ONCE)
        one_by_one(due, self._earn, self.rerun, lambda bill_id: log.exception("bill_not_earned", bill_id=bill_id))

    def _earn(self, bill_id: str) -> None:
        with self.unit_of_work() as work:
            bill, at = work.bills.get(bill_id), self.now()
            if bill is None or bill.earned_at is None or bill.earned_at > at:
                return
            if moves := entries.earned(bill):
                post(work, bill.subscription_id, f"subscription_earned:{bill.id}", moves, at)
            work.bills.save(bill.earn())
