"""Begin to log in with a passkey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.sessions import PasskeyOptionsView
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.tokens import digest
from identity.usecases.ports import Passkeys, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginPasskeyLoginHandler:
    unit_of_work: Callable[[], UnitOfWork]
    passkeys: Passkeys
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self) -> PasskeyOptionsView:
        """A challenge. The options name no account: the browser offers the passkeys it holds for this site."""
        challenge = self.tokens.new()
        with self.unit_of_work() as work:
            work.ceremonies.add(Ceremony.begin(Kind.PASSKEY_LOGIN, digest(challenge), self.now()))
        return PasskeyOptionsView(options=dict(self.passkeys.request_options(challenge)))
