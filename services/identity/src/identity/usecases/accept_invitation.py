"""Join an organisation one was invited to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.identity.events import MemberAdded
from contracts.identity.organisation_views import OrganisationRole, OrganisationView
from contracts.identity.organisations import AcceptInvitation
from identity.domain.account import email_key
from identity.domain.errors import TokenInvalid
from identity.domain.organisation import Member
from identity.domain.organisation_errors import InvitationForAnother
from identity.domain.tokens import digest
from identity.usecases.membership import require_owners, still_stands
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import organisation_view


@dataclass(frozen=True, slots=True)
class AcceptInvitationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: AcceptInvitation, principal: Principal) -> OrganisationView:
        """A link that went to somebody else's eyes is of no use to them: the address counts, and that it is proven.

        Raises:
            TokenInvalid: unknown, used, revoked or expired; or who sent it could not do so any more.
            InvitationForAnother, AlreadyMember.
            OrganisationNotFound: its last owner is about to be erased, and it with them.
        """
        at = self.now()
        with self.unit_of_work() as work:
            invitation = work.invitations.by_digest(digest(command.token))
            organisation = work.organisations.get(invitation.organisation_id) if invitation else None
            if invitation is None or organisation is None or not invitation.open(at):
                raise TokenInvalid
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise SessionEnded
            if not account.email_verified or email_key(account.email) != email_key(invitation.email):
                raise InvitationForAnother
            require_owners(work, organisation)
            if not still_stands(work, invitation):
                raise TokenInvalid
            work.invitations.save(invitation.accepted(work.members.get(organisation.id, account.id)))
            owner = invitation.role is OrganisationRole.OWNER
            organisation = organisation.with_owner(account.id) if owner else organisation.with_members_changed()
            work.organisations.save(organisation)
            work.members.add(Member(organisation.id, account.id, 1, invitation.role, at))
            work.emit(MemberAdded(organisation_id=organisation.id, user_id=account.id, role=invitation.role))
            return work.answer(organisation_view(organisation, invitation.role))
