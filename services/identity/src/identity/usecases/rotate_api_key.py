"""Give an API key a new secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chassis.principal import Principal
from contracts.identity.credentials import NewApiKeyView, RotateApiKey
from identity.domain.credential import Kind
from identity.usecases.make_credential import MakeCredential
from identity.usecases.show_credential import new_api_key_view


@dataclass(frozen=True, slots=True)
class RotateApiKeyHandler:
    credentials: MakeCredential

    def __call__(self, command: RotateApiKey, principal: Principal) -> NewApiKeyView:
        """Raises:
        What rotating a credential raises.
        """
        rotated, secret = self.credentials.rotate(principal, Kind.KEY, command.apikey_id, timedelta(seconds=command.overlap_s))
        return new_api_key_view(rotated, secret)
