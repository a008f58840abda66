"""Register a partner's program."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.credentials import NewClientView, RegisterClient
from identity.domain.credential import Kind
from identity.usecases.make_credential import MakeCredential
from identity.usecases.show_credential import new_client_view


@dataclass(frozen=True, slots=True)
class RegisterClientHandler:
    credentials: MakeCredential

    def __call__(self, command: RegisterClient, principal: Principal) -> NewClientView:
        """Raises:
        What making a credential raises.
        """
        made, secret = self.credentials.create(
            principal, Kind.CLIENT, command.organisation_id, command.name, command.scopes, command.expires_in_days
        )
        return new_client_view(made, secret)
