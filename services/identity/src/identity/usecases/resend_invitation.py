"""Send an invitation again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.organisation_views import InvitationView, OrganisationRole
from contracts.identity.organisations import ResendInvitation
from identity.domain.organisation import require_power_over
from identity.domain.organisation_errors import InvitationNotFound
from identity.domain.throttle import of_invitations
from identity.domain.tokens import digest
from identity.usecases.membership import organisation_of, require_invitable
from identity.usecases.ports import LoginAttempts, Tokens, UnitOfWork
from identity.usecases.send_invitation import invitation_sent
from identity.usecases.show_organisation import invitation_view


@dataclass(frozen=True, slots=True)
class ResendInvitationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: ResendInvitation, principal: Principal) -> InvitationView:
        """It is the invitation of whoever sent it last: their word counts when it is accepted.

        Raises:
            OrganisationNotFound, RoleTooLow, PersonRequired, InvitationNotFound, InvitationClosed, InvitationTooSoon.
            LoginThrottled: many invitations went to this address of late.
        """
        token, at = self.tokens.new(), self.now()
        with self.unit_of_work() as work:
            organisation, role = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            found = work.invitations.get(command.invitation_id)
            if found is None or found.organisation_id != organisation.id:
                raise InvitationNotFound
            require_power_over(role, found.role)
            require_invitable(principal, found.role)
            invitation = found.sent_again(digest(token), principal.user_id, at)
            self.attempts.count(of_invitations(invitation.email), at)
            work.invitations.save(invitation)
            work.emit(invitation_sent(organisation, invitation, token))
            return work.answer(invitation_view(invitation))
