"""Show the looks that go with a domain."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.organisation_views import PublicBrandingView
from contracts.identity.organisations import GetBranding
from identity.domain.organisation_errors import OrganisationNotFound
from identity.usecases.organisation_ports import Organisations
from identity.usecases.show_organisation import public_branding_view


@dataclass(frozen=True, slots=True)
class GetBrandingHandler:
    organisations: Organisations

    def __call__(self, query: GetBranding) -> PublicBrandingView:
        """Raises:
        OrganisationNotFound: also while the domain is not proven.
        """
        organisation = self.organisations.of_domain(query.domain)
        if organisation is None:
            raise OrganisationNotFound
        return public_branding_view(organisation)
