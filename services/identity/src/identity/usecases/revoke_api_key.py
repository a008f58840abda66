"""End an API key."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.credentials import RevokeApiKey
from identity.domain.credential import Kind
from identity.usecases.make_credential import MakeCredential


@dataclass(frozen=True, slots=True)
class RevokeApiKeyHandler:
    credentials: MakeCredential

    def __call__(self, command: RevokeApiKey, principal: Principal) -> Done:
        """Raises:
        CredentialNotFound, RoleTooLow.
        """
        self.credentials.revoke(principal, Kind.KEY, command.apikey_id)
        return Done()
