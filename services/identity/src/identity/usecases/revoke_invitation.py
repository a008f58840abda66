"""Take an invitation back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import InvitationView, OrganisationRole
from contracts.identity.organisations import RevokeInvitation
from identity.domain.organisation import require_power_over
from identity.domain.organisation_errors import InvitationNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import invitation_view


@dataclass(frozen=True, slots=True)
class RevokeInvitationHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: RevokeInvitation, principal: Principal) -> InvitationView:
        """Raises:
        OrganisationNotFound, RoleTooLow, InvitationNotFound, InvitationClosed.
        """
        with self.unit_of_work() as work:
            organisation, role = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            found = work.invitations.get(command.invitation_id)
            if found is None or found.organisation_id != organisation.id:
                raise InvitationNotFound
            require_power_over(role, found.role)
            invitation = found.revoked()
            work.invitations.save(invitation)
            return work.answer(invitation_view(invitation))
