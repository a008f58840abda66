"""Make an API key."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.credentials import CreateApiKey, NewApiKeyView
from identity.domain.credential import Kind
from identity.usecases.make_credential import MakeCredential
from identity.usecases.show_credential import new_api_key_view


@dataclass(frozen=True, slots=True)
class CreateApiKeyHandler:
    credentials: MakeCredential

    def __call__(self, command: CreateApiKey, principal: Principal) -> NewApiKeyView:
        """Raises:
        What making a credential raises.
        """
        made, secret = self.credentials.create(
            principal, Kind.KEY, command.organisation_id, command.name, command.scopes, command.expires_in_days
        )
        return new_api_key_view(made, secret)
