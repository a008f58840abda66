"""Pay for delivered work to which the challenger has said nothing for fourteen days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from payments.usecases.movements import follow_up
from payments.usecases.ports import DatabaseAway, UnitsOfWork

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
        for escrow_id in due:
            try:
                self.rerun(partial(self._release, escrow_id))
            except DatabaseAway:
                raise
            except Exception:  # one escrow's trouble must not hold up the others
                log.exception("escrow_not_released_by_silence", escrow_id=escrow_id)

    def _release(self, escrow_id: str) -> None:
        with self.unit_of_work() as work:
            at = self.now()
            escrow = work.escrows.get(escrow_id)
            if escrow is None or escrow.release_due_at is None or escrow.release_due_at > at:
                return
            work.escrows.save(follow_up(work, escrow.accept_by_silence(at), self.new_id, at))
            log.info("escrow_released_by_silence", escrow_id=escrow_id)
