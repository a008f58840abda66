"""Take somebody out of an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.organisations import RemoveMember
from identity.domain.organisation import require_power_over
from identity.domain.organisation_errors import MemberNotFound
from identity.usecases.membership import end_membership, organisation_of
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveMemberHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: RemoveMember, principal: Principal) -> Done:
        """Raises:
        OrganisationNotFound, RoleTooLow, MemberNotFound, LastOwner.
        """
        with self.unit_of_work() as work:
            organisation, role = organisation_of(work, command.organisation_id, principal, OrganisationRole.ADMIN)
            member = work.members.get(organisation.id, command.user_id)
            if member is None:
                raise MemberNotFound
            require_power_over(role, member.role)
            end_membership(work, organisation, member, "left" if member.user_id == principal.user_id else "removed")
            return work.answer(Done())
