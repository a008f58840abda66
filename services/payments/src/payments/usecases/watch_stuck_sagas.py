"""Tell how many movements of money do not get on, and how many are left to people."""

from __future__ import annotations

from dataclasses import dataclass

from payments.usecases.ports import UnitsOfWork
from payments.usecases.saga_ports import SagaGauges


@dataclass(frozen=True, slots=True)
class WatchStuckSagasHandler:
    """For the timer, in every replica: they are tried on, but what has failed that often may need somebody."""

    unit_of_work: UnitsOfWork
    gauges: SagaGauges

    def __call__(self) -> None:
        with self.unit_of_work() as work:
            stuck, by_hand = work.sagas.count_stuck(), work.sagas.count_left_to_people()
        self.gauges.stuck_sagas(stuck)
        self.gauges.refunds_by_hand(by_hand)
