"""Pay for delivered work to which the challenger has said nothing for fourteen days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from payments.usecases.movements import follow_up
from payments.usecases.one_by_one import one_by_one
from payments.usecases.ports import UnitsOfWork

log = structlog.get_logger(__name__)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class ReleaseBySilenceHandler:
    """`rerun` runs something again when it lost a race for a record, as the entrypoints do for commands."""

    unit_of_work: UnitsOfWork
    rerun: Callable[[Callable[[], None]], None]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """Approve what is due; every replica may, the escrow's version lets one through."""
        with self.unit_of_work() as work:
            due = work.escrows.due_for_silent_release(self.now(), AT_ONCE)
        one_by_one(due, self._release, self.rerun, lambda escrow_id: log.exception("escrow_not_released_by_silence", escrow_id=escrow_id))

    def _release(self, escrow_id: str) -> None:
        with self.unit_of_work() as work:
            at = self.now()
            escrow = work.escrows.get(escrow_id)
            if escrow is None or escrow.release_due_at is None or escrow.release_due_at > at:
                return
            work.escrows.save(follow_up(work, escrow.accept_by_silence(at), self.new_id, at))
            log.info("escrow_released_by_silence", escrow_id=escrow_id)
