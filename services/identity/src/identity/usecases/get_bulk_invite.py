"""Show how far a bulk invite is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import BulkInviteView, OrganisationRole
from contracts.identity.organisations import GetBulkInvite
from identity.domain.organisation_errors import BulkInviteNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import bulk_invite_view


@dataclass(frozen=True, slots=True)
class GetBulkInviteHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: GetBulkInvite, principal: Principal) -> BulkInviteView:
        """Raises:
        OrganisationNotFound, RoleTooLow, BulkInviteNotFound.
        """
        with self.unit_of_work() as work:
            organisation_of(work, query.organisation_id, principal, OrganisationRole.ADMIN)
            job = work.bulk_invites.get(query.bulkinvite_id)
            if job is None or job.organisation_id != query.organisation_id:
                raise BulkInviteNotFound
            return bulk_invite_view(job)
