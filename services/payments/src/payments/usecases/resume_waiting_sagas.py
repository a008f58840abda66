"""Take up sagas that wait for somebody, or are tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from payments.usecases.ports import UnitsOfWork
from payments.usecases.resume_sagas import AT_ONCE, ResumeSagasHandler


@dataclass(frozen=True, slots=True)
class ResumeWaitingSagasHandler:
    unit_of_work: UnitsOfWork
    sagas: ResumeSagasHandler
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """As `resume_sagas`, for those whose step was put off before."""
        with self.unit_of_work() as work:
            due = work.sagas.due_again(self.now(), AT_ONCE)
        self.sagas.take_up(due)
