"""Carry out what bulk invites wait for, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from contracts.identity.commands import Email
from contracts.identity.events import BulkInviteFinished
from contracts.identity.organisation_views import OrganisationRole, RowOutcome
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.organisation_errors import AlreadyMember, InvitationExists
from identity.usecases.organisation_ports import BulkInvites
from identity.usecases.ports import UnitOfWork
from identity.usecases.send_invitation import SendInvitation

_JOBS = 5
_ROWS_AT_A_TIME = 20  # of a job, before another one has its turn
_ADDRESS = TypeAdapter[str](Email)
_ROLES = (OrganisationRole.MEMBER.value, OrganisationRole.ADMIN.value)  # owners are invited one by one


@dataclass(frozen=True, slots=True)
class GoOnWithBulkInvitesHandler:
    """A row, its invitation and the job's count are one transaction: whoever dies between two rows, or does one together with another
    replica, leaves a job that goes on with the next row and sends nothing twice."""

    unit_of_work: Callable[[], UnitOfWork]
    jobs: BulkInvites  # outside a transaction
    send: SendInvitation
    now: Callable[[], datetime]

    def __call__(self) -> None:
        for job_id in self.jobs.running(_JOBS):
            for _ in range(_ROWS_AT_A_TIME):
                if not self._next(job_id):
                    break

    def _next(self, job_id: str) -> bool:
        """Whether there may be another row."""
        at = self.now()
        with self.unit_of_work() as work:
            job, row = work.bulk_invites.get(job_id), work.bulk_invites.next_row(job_id)
            if job is None or row is None:
                return False
            outcome, detail = self._outcome(work, job, row, at)
            after = job.with_row(outcome, at)
            work.bulk_invites.keep_row(row.ended(outcome, detail))
            work.bulk_invites.save(after)
            if after.finished_at is not None:
                invited = after.counts.get(RowOutcome.INVITED.value, 0)
                work.emit(BulkInviteFinished(organisation_id=job.organisation_id, bulkinvite_id=job.id, invited=invited, total=job.total))
        return after.finished_at is None

    def _outcome(self, work: UnitOfWork, job: BulkInvite, row: BulkInviteRow, at: datetime) -> tuple[RowOutcome, str | None]:
        try:
            email = _ADDRESS.validate_python(row.email)
        except ValidationError:
            return RowOutcome.INVALID, "email: is no address"
        if row.role not in _ROLES:
            return RowOutcome.INVALID, f"role: must be {' or '.join(_ROLES)}"
        if work.bulk_invites.repeated(row):
            return RowOutcome.REPEATED, None
        organisation = work.organisations.get(job.organisation_id)
        if organisation is None:
            return RowOutcome.INVALID, "the organisation is gone"
        try:
            self.send(work, organisation, email, OrganisationRole(row.role), job.started_by, at)
        except AlreadyMember:
            return RowOutcome.MEMBER_ALREADY, None
        except InvitationExists:
            return RowOutcome.INVITED_BEFORE, None
        return RowOutcome.INVITED, None
