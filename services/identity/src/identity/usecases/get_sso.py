"""Show an organisation's single sign-on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import OrganisationRole, SsoView
from contracts.identity.organisations import GetSso
from identity.domain.organisation_errors import SsoNotFound
from identity.usecases.membership import organisation_of
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import sso_view


@dataclass(frozen=True, slots=True)
class GetSsoHandler:
    unit_of_work: Callable[[], UnitOfWork]
    redirect_uri: Callable[[str], str]

    def __call__(self, query: GetSso, principal: Principal) -> SsoView:
        """Raises:
        OrganisationNotFound, RoleTooLow, SsoNotFound.
        """
        with self.unit_of_work() as work:
            organisation, _ = organisation_of(work, query.organisation_id, principal, OrganisationRole.ADMIN)
            if organisation.sso is None:
                raise SsoNotFound
            return sso_view(organisation, organisation.sso, self.redirect_uri(organisation.id))
