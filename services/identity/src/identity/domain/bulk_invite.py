"""Inviting many: a job of rows, each of which ends once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from contracts.identity.organisation_views import RowOutcome
from contracts.identity.organisations import MOST_ROWS
from identity.domain.organisation_errors import RowsUnreadable

KEPT = timedelta(days=28)  # after its end: as long as its invitations
MOST_RUNNING = 3  # of an organisation at a time
_HEADINGS = (["email"], ["email", "role"])


@dataclass(frozen=True, slots=True)
class BulkInvite:
    """`counts` tells how many rows ended how; those that did not are waiting."""

    id: str
    version: int
    organisation_id: str
    started_by: str
    total: int
    created_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None
    served_at: datetime | None = None  # when it last had its turn

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    def with_row(self, outcome: RowOutcome, at: datetime) -> BulkInvite:
        counts = {**self.counts, outcome.value: self.counts.get(outcome.value, 0) + 1}
        finished_at = at if self.done + 1 == self.total else None
        return replace(self, counts=counts, finished_at=finished_at, served_at=at, version=self.version + 1)

    def finished(self, at: datetime) -> BulkInvite:
        """Nothing waits any more, though not every row is counted: some went with the people whose addresses they held."""
        return replace(self, finished_at=at, served_at=at, version=self.version + 1)

    def passed_over(self, at: datetime) -> BulkInvite:
        """After a turn that failed: the others come first."""
        return replace(self, served_at=at, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class BulkInviteRow:
    job_id: str
    number: int
    email: str
    role: str
    version: int = 1
    outcome: RowOutcome = RowOutcome.WAITING
    detail: str | None = None

    @property
    def id(self) -> str:
        return f"{self.job_id} {self.number:05d}"

    def ended(self, outcome: RowOutcome, detail: str | None = None) -> BulkInviteRow:
        return replace(self, outcome=outcome, detail=detail, version=self.version + 1)


def read_csv(text: str) -> Sequence[tuple[str, str]]:
    """Address and role of each row; RFC 4180, with a heading.

    Raises:
        RowsUnreadable.
    """
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True) if line]
    except csv.Error as error:
        raise RowsUnreadable(f"is no CSV: {error}") from error
    if not lines or [cell.lower() for cell in lines[0]] not in _HEADINGS:
        raise RowsUnreadable("must begin with the heading email or email,role")
    rows = lines[1:]
    if not rows or len(rows) > MOST_ROWS:
        raise RowsUnreadable(f"must have 1 to {MOST_ROWS} rows")
    for number, row in enumerate(rows, 1):
        if len(row) > len(lines[0]):
            raise RowsUnreadable(f"row {number} has more cells than the heading")
    return [(row[0][:300], (row[1] if len(row) > 1 and row[1] else "member")[:20]) for row in rows]
