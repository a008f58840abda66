"""Tell how long documents wait to be issued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from payments.usecases.document_ports import DocumentGauges
from payments.usecases.ports import UnitsOfWork

_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class WatchDueDocumentsHandler:
    """For the timer, in every replica: a document that cannot be issued is put off again and again, and this shows it."""

    unit_of_work: UnitsOfWork
    gauges: DocumentGauges
    now: Callable[[], datetime]

    def __call__(self) -> None:
        with self.unit_of_work() as work:
            oldest = work.due.oldest()
        self.gauges.oldest_due(_AT_ONCE if oldest is None else max(_AT_ONCE, self.now() - oldest))
