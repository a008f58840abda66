"""Leave an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.organisations import LeaveOrganisation
from identity.domain.organisation_errors import OrganisationNotFound
from identity.usecases.membership import end_membership, organisation_of
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class LeaveOrganisationHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: LeaveOrganisation, principal: Principal) -> Done:
        """Raises:
        OrganisationNotFound, LastOwner.
        """
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, command.organisation_id, principal)
            member = work.members.get(organisation.id, principal.user_id)
            if member is None:
                raise OrganisationNotFound
            end_membership(work, organisation, member, "left")
            return work.answer(Done())
