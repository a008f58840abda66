"""What every invitation begins with, one by one or in a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.events import InvitationSent
from contracts.identity.organisation_views import OrganisationRole
from identity.domain.organisation import INVITATION_LIFETIME, Invitation, Organisation
from identity.domain.organisation_errors import AlreadyMember, InvitationExists
from identity.domain.throttle import of_invitations
from identity.domain.tokens import digest
from identity.usecases.ports import LoginAttempts, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class SendInvitation:
    attempts: LoginAttempts
    tokens: Tokens
    new_id: Callable[[str], str]

    def __call__(
        self, work: UnitOfWork, organisation: Organisation, email: str, role: OrganisationRole, invited_by: str, at: datetime
    ) -> Invitation:
        """In this unit of work. One that has expired is sent anew.

        Raises:
            AlreadyMember, InvitationExists.
            LoginThrottled: many invitations went to this address of late.
        """
        account = work.accounts.by_email(email)
        if account is not None and work.members.get(organisation.id, account.id) is not None:
            raise AlreadyMember
        waiting = work.invitations.pending(organisation.id, email)
        if waiting is not None and waiting.open(at):
            raise InvitationExists
        self.attempts.count(of_invitations(email), at)
        token = self.tokens.new()
        if waiting is None:
            expires_at = at + INVITATION_LIFETIME
            invitation = Invitation(self.new_id("invitation"), 1, organisation.id, email, role, digest(token), invited_by, at, expires_at)
            work.invitations.add(invitation)
        else:
            invitation = waiting.renewed(role, digest(token), invited_by, at)
            work.invitations.save(invitation)
        work.emit(invitation_sent(organisation, invitation, token))
        return invitation

    def take_back(self, email: str, at: datetime) -> None:
        """The unit of work came to nothing: that invitation does not count."""
        self.attempts.take_back(of_invitations(email), at)


def invitation_sent(organisation: Organisation, invitation: Invitation, token: str) -> InvitationSent:
    return InvitationSent(
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        invitation_id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        token=token,
        expires_at=invitation.expires_at,
    )
