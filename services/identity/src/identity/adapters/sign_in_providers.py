"""All providers there are to log in at: those of the operator, and those of organisations, by the organisation's id."""

from __future__ import annotations

from identity.adapters.configured_providers import ConfiguredProviders
from identity.adapters.organisations import MongoOrganisations
from identity.adapters.sealed import Sealed
from identity.domain.sign_in import Protocol, Provider


class AllProviders:
    """The port Providers. An organisation's provider is asked with care (`guarded`): its address comes from a customer."""

    def __init__(self, configured: ConfiguredProviders, sealed: Sealed, *, guarded: bool) -> None:
        self._configured = configured
        self._sealed = sealed
        self._guarded = guarded

    def get(self, name: str) -> Provider | None:
        if not name.startswith("organisation_"):
            return self._configured.get(name)
        organisation = MongoOrganisations().get(name)
        if organisation is None or organisation.sso is None or organisation.proven_domain is None:
            return None
        sso = organisation.sso
        secret = self._sealed.open(sso.sealed_secret)
        return Provider(name, Protocol.OIDC, sso.issuer, sso.client_id, secret, domain=organisation.proven_domain, guarded=self._guarded)
