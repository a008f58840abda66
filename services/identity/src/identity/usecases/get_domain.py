"""Show an organisation's domain and what proves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import DomainView, OrganisationRole
from contracts.identity.organisations import GetDomain
from identity.domain.organisation_errors import DomainNotClaimed
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import domain_view


@dataclass(frozen=True, slots=True)
class GetDomainHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: GetDomain, principal: Principal) -> DomainView:
        """Raises:
        OrganisationNotFound, RoleTooLow, DomainNotClaimed.
        """
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, query.organisation_id, principal, OrganisationRole.ADMIN)
            if organisation.domain is None:
                raise DomainNotClaimed
            return domain_view(organisation.domain)
