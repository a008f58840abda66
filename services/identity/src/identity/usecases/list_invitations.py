"""List an organisation's invitations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import InvitationPage, OrganisationRole
from contracts.identity.organisations import ListInvitations
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import invitation_view


@dataclass(frozen=True, slots=True)
class ListInvitationsHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: ListInvitations, principal: Principal) -> InvitationPage:
        """Raises:
        OrganisationNotFound, RoleTooLow, InvalidCursor.
        """
        with self.unit_of_work() as work:
            organisation_of(work, query.organisation_id, principal, OrganisationRole.ADMIN)
            found, next_cursor = work.invitations.page(query.organisation_id, query.cursor, query.limit)
            return InvitationPage(items=tuple(invitation_view(invitation) for invitation in found), next_cursor=next_cursor)
