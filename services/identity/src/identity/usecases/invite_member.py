"""Invite somebody into an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.organisation_views import InvitationView, OrganisationRole
from contracts.identity.organisations import InviteMember
from identity.domain.organisation import require_power_over
from identity.usecases.membership import organisation_of, require_invitable
from identity.usecases.ports import UnitOfWork
from identity.usecases.send_invitation import SendInvitation
from identity.usecases.show_organisation import invitation_view


@dataclass(frozen=True, slots=True)
class InviteMemberHandler:
    unit_of_work: Callable[[], UnitOfWork]
    send: SendInvitation
    now: Callable[[], datetime]

    def __call__(self, command: InviteMember, principal: Principal) -> InvitationView:
        """Raises:
        OrganisationNotFound, RoleTooLow, PersonRequired, AlreadyMember, InvitationExists.
        LoginThrottled: many mails went to this address of late.
        """
        at = self.now()
        with self.unit_of_work() as work:
            organisation, role = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            require_power_over(role, command.role)
            require_invitable(principal, command.role)
            invitation = self.send(work, organisation, command.email, command.role, principal.user_id, at)
            return work.answer(invitation_view(invitation))
