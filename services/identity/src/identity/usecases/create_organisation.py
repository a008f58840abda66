"""Found an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.events import MemberAdded, OrganisationCreated
from contracts.identity.organisation_views import OrganisationRole, OrganisationView
from contracts.identity.organisations import CreateOrganisation
from identity.domain.administration_errors import AddressUnproven
from identity.domain.organisation import Member, Organisation
from identity.domain.organisation_errors import TooManyOrganisations
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import organisation_view

_MOST = 20


@dataclass(frozen=True, slots=True)
class CreateOrganisationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: CreateOrganisation, principal: Principal) -> OrganisationView:
        """Raises:
        AddressUnproven, TooManyOrganisations.
        """
        if not principal.email_verified:
            raise AddressUnproven
        at, founder = self.now(), principal.user_id
        organisation = Organisation(self.new_id("organisation"), 1, command.name, (founder,), at)
        with self.unit_of_work() as work:
            if sum(1 for member in work.members.of(founder) if member.role is OrganisationRole.OWNER) >= _MOST:
                raise TooManyOrganisations
            work.organisations.add(organisation)
            work.members.add(Member(organisation.id, founder, 1, OrganisationRole.OWNER, at))
            work.emit(
                OrganisationCreated(
                    organisation_id=organisation.id, name=organisation.name, owner_id=founder, support_tier=organisation.support_tier
                )
            )
            work.emit(MemberAdded(organisation_id=organisation.id, user_id=founder, role=OrganisationRole.OWNER))
            return work.answer(organisation_view(organisation, OrganisationRole.OWNER))
