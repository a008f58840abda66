"""The step by which what was earned becomes payable: a journal, when the processor has settled the charge it comes from.

Why no crash pays it twice: no call is made; journal and end of the saga are one transaction, and the business key
`settle:<release>` can be used once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from payments.domain import entries
from payments.domain.saga import Saga, SettleOrder
from payments.usecases.bookkeeping import post
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.sagas.recording import recording


@dataclass(frozen=True, slots=True)
class SettleSteps:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: SettleOrder) -> Saga:
        """Let the amount be paid out.

        Raises:
            TakenOver: somebody else recorded it.
        """
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            post(work, order.user_id, f"settle:{order.release_id}", entries.settled(order.user_id, order.amount, order.currency), at)
            return work.sagas.save(saga.completed(at))


def begin_settlement(work: UnitOfWork, release: Saga, user_id: str, amount: int, currency: str, settles_at: datetime, at: datetime) -> None:
    """Remember what a release has earned but cannot be paid out yet. Its saga is named after the release's: there is one."""
    saga_id = f"{release.id}:settle"
    order = SettleOrder(release.id, user_id, amount, currency)
    work.sagas.add(Saga.begin(saga_id, order, call_key=saga_id, driver=None, at=at, not_before=settles_at))
