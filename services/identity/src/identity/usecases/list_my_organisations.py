"""List the organisations somebody belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import OrganisationsView
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import organisation_view


@dataclass(frozen=True, slots=True)
class ListMyOrganisationsHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, principal: Principal) -> OrganisationsView:
        with self.unit_of_work() as work:
            found = ((work.organisations.get(member.organisation_id), member.role) for member in work.members.of(principal.user_id))
            return OrganisationsView(items=tuple(organisation_view(one, role) for one, role in found if one is not None))
