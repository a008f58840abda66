"""Carry out what bulk invites wait for, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from pydantic import TypeAdapter, ValidationError

from contracts.identity.commands import Email
from contracts.identity.events import BulkInviteFinished
from contracts.identity.organisation_views import OrganisationRole, RowOutcome
from contracts.identity.standing import AccountStatus
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.errors import LoginThrottled
from identity.domain.organisation import require_rank
from identity.domain.organisation_errors import AlreadyMember, InvitationExists, RoleTooLow
from identity.usecases.organisation_ports import BulkInvites
from identity.usecases.ports import UnitOfWork
from identity.usecases.send_invitation import SendInvitation

log = structlog.get_logger(__name__)
_JOBS = 5
_ROWS_AT_A_TIME = 20  # of a job, before another one has its turn
_ADDRESS = TypeAdapter[str](Email)
_ROLES = (OrganisationRole.MEMBER.value, OrganisationRole.ADMIN.value)  # owners are invited one by one


@dataclass(frozen=True, slots=True)
class GoOnWithBulkInvitesHandler:
    """A row, its invitation and the job's count are one transaction: whoever dies between two rows, or does one together with another
    replica, leaves a job that goes on with the next row and sends nothing twice. `rerun` runs something again when it lost a race."""

    unit_of_work: Callable[[], UnitOfWork]
    jobs: BulkInvites  # outside a transaction
    send: SendInvitation
    rerun: Callable[[Callable[[], bool]], bool]
    now: Callable[[], datetime]

    def __call__(self) -> None:
        for job_id in self.jobs.running(_JOBS):
            try:
                self._take_turn(job_id)
            except Exception:  # one job's trouble must not hold up the others; where the database is away, the next line says so
                log.exception("bulk_invite_failed_to_go_on", bulkinvite_id=job_id)
                self.rerun(partial(self._pass_over, job_id))

    def _take_turn(self, job_id: str) -> None:
        for _ in range(_ROWS_AT_A_TIME):
            if not self.rerun(partial(self._next, job_id)):
                return

    def _pass_over(self, job_id: str) -> bool:
        with self.unit_of_work() as work:
            if (job := work.bulk_invites.get(job_id)) is not None and job.finished_at is None:
                work.bulk_invites.save(job.passed_over(self.now()))
        return False

    def _next(self, job_id: str) -> bool:
        """Whether there may be another row."""
        at = self.now()
        row: BulkInviteRow | None = None
        outcome: RowOutcome | None = None
        try:
            with self.unit_of_work() as work:
                job, row = work.bulk_invites.get(job_id), work.bulk_invites.next_row(job_id)
                if job is None or job.finished_at is not None:
                    return False
                if row is None:
                    after = job.finished(at)
                else:
                    outcome, detail = self._outcome(work, job, row, at)
                    after = job.with_row(outcome, at)
                    work.bulk_invites.keep_row(row.ended(outcome, detail))
                work.bulk_invites.save(after)
                if after.finished_at is not None:
                    invited = after.counts.get(RowOutcome.INVITED.value, 0)
                    work.emit(
                        BulkInviteFinished(organisation_id=job.organisation_id, bulkinvite_id=job.id, invited=invited, total=job.total)
                    )
        except Exception:
            if row is not None and outcome is RowOutcome.INVITED:  # another replica did it, and counted it too
                self.send.take_back(_ADDRESS.validate_python(row.email), at)
            raise
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
        if not self._may_invite(work, job, at):
            return RowOutcome.INVALID, "who began this may not invite any more"
        try:
            self.send(work, organisation, email, OrganisationRole(row.role), job.started_by, at)
        except AlreadyMember:
            return RowOutcome.MEMBER_ALREADY, None
        except InvitationExists:
            return RowOutcome.INVITED_BEFORE, None
        except LoginThrottled:
            return RowOutcome.INVALID, "email: was sent many invitations of late, try it later"
        return RowOutcome.INVITED, None

    def _may_invite(self, work: UnitOfWork, job: BulkInvite, at: datetime) -> bool:
        """Whether who began the job could begin it now: a job takes minutes, in which they may be kept out, removed or revoked."""
        if (program := work.credentials.get(job.started_by)) is not None:
            return program.organisation_id == job.organisation_id and program.live(at)
        account, member = work.accounts.get(job.started_by), work.members.get(job.organisation_id, job.started_by)
        if account is None or member is None or account.standing.at(at).status is not AccountStatus.ACTIVE:
            return False
        try:
            require_rank(member.role, OrganisationRole.ADMIN)
        except RoleTooLow:
            return False
        return True
