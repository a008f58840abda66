"""Give a member another role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.events import MemberRoleChanged
from contracts.identity.organisation_views import MemberView, OrganisationRole
from contracts.identity.organisations import ChangeMemberRole
from identity.domain.organisation import Member, Organisation
from identity.domain.organisation_errors import MemberNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import member_view


@dataclass(frozen=True, slots=True)
class ChangeMemberRoleHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: ChangeMemberRole, principal: Principal) -> MemberView:
        """Raises:
        OrganisationNotFound, RoleTooLow, MemberNotFound, LastOwner.
        """
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, command.organisation_id, principal, OrganisationRole.OWNER)
            before = work.members.get(organisation.id, command.user_id)
            account = work.accounts.get(command.user_id)
            if before is None or account is None:
                raise MemberNotFound
            member = before
            if command.role is not before.role:
                work.organisations.save(self._changed(organisation, before, command.role))
                member = before.as_role(command.role)
                work.members.save(member)
                work.emit(MemberRoleChanged(organisation_id=organisation.id, user_id=member.user_id, role=member.role))
            return work.answer(member_view(member, account.profile.display_name))

    def _changed(self, organisation: Organisation, before: Member, role: OrganisationRole) -> Organisation:
        if role is OrganisationRole.OWNER:
            return organisation.with_owner(before.user_id)
        if before.role is OrganisationRole.OWNER:
            return organisation.without_owner(before.user_id)
        return organisation.with_members_changed()
