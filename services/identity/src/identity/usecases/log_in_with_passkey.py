"""Begin a session with a passkey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.context import Client
from contracts.identity.authentication import LogInWithPasskey
from contracts.identity.views import TokensView
from identity.domain.errors import PasskeyInvalid
from identity.domain.origin import Origin
from identity.usecases.begin_session import BeginSession
from identity.usecases.check_passkey import PasskeyCheck
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class LogInWithPasskeyHandler:
    unit_of_work: Callable[[], UnitOfWork]
    passkey: PasskeyCheck
    begin_session: BeginSession
    client: Callable[[], Client]
    now: Callable[[], datetime]

    def __call__(self, command: LogInWithPasskey) -> TokensView:
        """Raises:
        PasskeyInvalid.
        """
        at, client = self.now(), self.client()
        with self.unit_of_work() as work:
            account = work.accounts.get(self.passkey(work, command.credential, at))
            if account is None:
                raise PasskeyInvalid
            return self.begin_session(work, account, ("webauthn",), Origin.of(client.address, client.agent), at)
