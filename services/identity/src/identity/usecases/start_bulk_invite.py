"""Begin to invite many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.organisation_views import BulkInviteView, OrganisationRole
from contracts.identity.organisations import StartBulkInvite
from identity.domain.bulk_invite import MOST_RUNNING, BulkInvite, BulkInviteRow, read_csv
from identity.domain.organisation_errors import TooManyBulkInvites
from identity.usecases.membership import organisation_of, require_invitable
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import bulk_invite_view


@dataclass(frozen=True, slots=True)
class StartBulkInviteHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: StartBulkInvite, principal: Principal) -> BulkInviteView:
        """Raises:
        OrganisationNotFound, RoleTooLow, RowsUnreadable, TooManyBulkInvites.
        PersonRequired: a key or a program, and a row is for more than a member.
        """
        told = [(row.email, row.role) for row in command.rows] if command.rows is not None else read_csv(command.csv or "")
        job = BulkInvite(self.new_id("bulkinvite"), 1, command.organisation_id, principal.user_id, len(told), self.now())
        rows = [BulkInviteRow(job.id, number, email.strip(), role.strip()) for number, (email, role) in enumerate(told, 1)]
        with self.unit_of_work() as work:
            organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            for row in rows:
                require_invitable(principal, row.role)
            if work.bulk_invites.running_in(command.organisation_id) >= MOST_RUNNING:
                raise TooManyBulkInvites
            work.bulk_invites.add(job, rows)
            return work.answer(bulk_invite_view(job))
