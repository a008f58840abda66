"""Take up sagas that nobody drives: those begun by events, those that wait, and those whose driver died."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from payments.usecases.ports import UnitsOfWork
from payments.usecases.sagas.runner import SagaRunner

log = structlog.get_logger(__name__)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ResumeSagasHandler:
    """`rerun` runs something again when it lost a race for a record, as the entrypoints do for commands."""

    unit_of_work: UnitsOfWork
    runner: SagaRunner
    rerun: Callable[[Callable[[], None]], None]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """Drive what is due. Every replica may: each saga is claimed before it is driven."""
        driver = self.new_id("driver")
        with self.unit_of_work() as work:
            due = work.sagas.due(self.now(), AT_ONCE)
        for saga in due:
            if saga.stuck:
                log.error("saga_stuck", saga_id=saga.id, step=saga.step, attempts=saga.attempts, reason=saga.last_error)
            self._resume(saga.id, driver)

    def _resume(self, saga_id: str, driver: str) -> None:
        try:
            self.rerun(lambda: self.runner.drive(saga_id, driver))
        except Exception:  # one saga's trouble must not hold up the others; it is tried again when its lease ends
            log.exception("saga_failed_to_resume", saga_id=saga_id)
