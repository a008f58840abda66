"""Show an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import OrganisationView
from contracts.identity.organisations import GetOrganisation
from contracts.identity.roles import Role
from identity.domain.organisation_errors import OrganisationNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import organisation_view

_STAFF = frozenset({Role.SUPPORT, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class GetOrganisationHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: GetOrganisation, principal: Principal) -> OrganisationView:
        """Raises:
        OrganisationNotFound.
        """
        with self.unit_of_work() as work:
            try:
                organisation, role = organisation_of(work, query.organisation_id, principal)
            except OrganisationNotFound:
                found = work.organisations.get(query.organisation_id) if _STAFF & principal.roles else None
                if found is None:
                    raise
                return organisation_view(found, None)
            return organisation_view(organisation, None if principal.machine else role)
