"""End a partner's program."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.credentials import RevokeClient
from identity.domain.credential import Kind
from identity.usecases.make_credential import MakeCredential


@dataclass(frozen=True, slots=True)
class RevokeClientHandler:
    credentials: MakeCredential

    def __call__(self, command: RevokeClient, principal: Principal) -> Done:
        """Raises:
        CredentialNotFound, RoleTooLow.
        """
        self.credentials.revoke(principal, Kind.CLIENT, command.client_id)
        return Done()
