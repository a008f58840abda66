"""What is to be written down: a journal (or the end of a chargeback) whose documents and entries follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Due:
    """Written in the transaction of its cause, so nothing is forgotten, and kept when it is done, so nothing is written down twice.

    `id` is the business key, `book` where it stands in the ledger, `due_at` None once it is done.
    """

    id: str
    book: str
    at: datetime
    due_at: datetime | None
    version: int = 1
    attempts: int = 0

    @classmethod
    def now(cls, key: str, book: str, at: datetime) -> Due:
        return cls(key, book, at, at)

    @property
    def kind(self) -> str:
        """What happened: the key's first part, such as `release`."""
        return self.id.partition(":")[0]

    @property
    def reference(self) -> str:
        """What it happened to: the key's second part."""
        return self.id.split(":")[1]

    @property
    def done(self) -> bool:
        return self.due_at is None

    def written_down(self) -> Due:
        return replace(self, due_at=None)

    def put_off(self, at: datetime) -> Due:
        """It could not be written down: later, and the others first."""
        pause = min(timedelta(seconds=2 ** min(self.attempts, 20)), LONGEST_PAUSE)
        return replace(self, due_at=at + pause, attempts=self.attempts + 1)
