"""Take up sagas that nobody drives: those begun by events, those whose time has come, and those whose driver died."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from payments.domain.saga import Saga
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
        """Drive what is new. Every replica may: each saga is claimed before it is driven. What waits, or is tried again, has a timer of its
        own (`resume_waiting_sagas.py`), so that however much of that there is, it holds up nothing that has just begun.
        """
        with self.unit_of_work() as work:
            due = work.sagas.due(self.now(), AT_ONCE)
        self.take_up(due)

    def take_up(self, due: Iterable[Saga]) -> None:
        """One by one."""
        driver = self.new_id("driver")
        for saga in due:
            if saga.stuck:
                log.error("saga_stuck", saga_id=saga.id, step=saga.step, attempts=saga.attempts, reason=saga.last_error)
            self._resume(saga.id, driver)

    def _resume(self, saga_id: str, driver: str) -> None:
        try:
            self.rerun(lambda: self.runner.drive(saga_id, driver))
        except Exception as error:  # one saga's trouble must not hold up the others
            log.exception("saga_failed_to_resume", saga_id=saga_id)
            self._put_off(saga_id, driver, type(error).__name__)

    def _put_off(self, saga_id: str, driver: str, error: str) -> None:
        """So that its pauses grow, and that it counts as stuck also where it waits for a bank. Where not even that can be kept, its lease
        ends in the end.
        """
        try:
            with self.unit_of_work() as work:
                saga = work.sagas.get(saga_id)
                if saga is not None and saga.running and saga.driver == driver:
                    work.sagas.save(saga.paused(self.now(), error=error))
        except Exception:
            log.exception("saga_not_put_off", saga_id=saga_id)
