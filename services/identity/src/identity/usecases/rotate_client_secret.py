"""Give a partner's program a new secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chassis.principal import Principal
from contracts.identity.credentials import NewClientView, RotateClientSecret
from identity.domain.credential import Kind
from identity.usecases.make_credential import MakeCredential
from identity.usecases.show_credential import new_client_view


@dataclass(frozen=True, slots=True)
class RotateClientSecretHandler:
    credentials: MakeCredential

    def __call__(self, command: RotateClientSecret, principal: Principal) -> NewClientView:
        """Raises:
        What rotating a credential raises.
        """
        rotated, secret = self.credentials.rotate(principal, Kind.CLIENT, command.client_id, timedelta(seconds=command.overlap_s))
        return new_client_view(rotated, secret)
