"""Invite somebody into an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.organisation_views import InvitationView, OrganisationRole
from contracts.identity.organisations import InviteMember
from identity.domain.organisation import require_power_over
from identity.domain.throttle import of_mails
from identity.usecases.membership import organisation_of
from identity.usecases.ports import LoginAttempts, UnitOfWork
from identity.usecases.send_invitation import SendInvitation
from identity.usecases.show_organisation import invitation_view


@dataclass(frozen=True, slots=True)
class InviteMemberHandler:
    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts
    send: SendInvitation
    now: Callable[[], datetime]

    def __call__(self, command: InviteMember, principal: Principal) -> InvitationView:
        """Raises:
        OrganisationNotFound, RoleTooLow, AlreadyMember, InvitationExists.
        LoginThrottled: many mails went to this address of late.
        """
        at = self.now()
        with self.unit_of_work() as work:
            organisation, role = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            require_power_over(role, command.role)
            invitation = self.send(work, organisation, command.email, command.role, principal.user_id, at)
            self.attempts.count(of_mails(command.email), at)
            return work.answer(invitation_view(invitation))
