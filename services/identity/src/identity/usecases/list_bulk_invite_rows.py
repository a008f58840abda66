"""Show what became of each row of a bulk invite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import BulkInviteRowPage, OrganisationRole
from contracts.identity.organisations import ListBulkInviteRows
from identity.domain.organisation_errors import BulkInviteNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import bulk_invite_row_view


@dataclass(frozen=True, slots=True)
class ListBulkInviteRowsHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: ListBulkInviteRows, principal: Principal) -> BulkInviteRowPage:
        """Raises:
        OrganisationNotFound, RoleTooLow, BulkInviteNotFound, InvalidCursor.
        """
        with self.unit_of_work() as work:
            organisation_of(work, query.organisation_id, principal, OrganisationRole.ADMIN)
            job = work.bulk_invites.get(query.bulkinvite_id)
            if job is None or job.organisation_id != query.organisation_id:
                raise BulkInviteNotFound
            rows, next_cursor = work.bulk_invites.rows(job.id, query.cursor, query.limit)
            return BulkInviteRowPage(items=tuple(bulk_invite_row_view(row) for row in rows), next_cursor=next_cursor)
