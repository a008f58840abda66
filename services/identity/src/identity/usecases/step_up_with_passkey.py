"""Prove again who one is, with a passkey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.authentication import StepUpWithPasskey
from contracts.identity.views import AccessTokenView
from identity.domain.errors import PasskeyInvalid
from identity.usecases.check_passkey import PasskeyCheck
from identity.usecases.ports import Tokens, UnitOfWork
from identity.usecases.prove_again import prove_again


@dataclass(frozen=True, slots=True)
class StepUpWithPasskeyHandler:
    unit_of_work: Callable[[], UnitOfWork]
    passkey: PasskeyCheck
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: StepUpWithPasskey, principal: Principal) -> AccessTokenView:
        """Raises:
        PasskeyInvalid: also when it is somebody else's.
        SessionEnded: the session is over, the access token is not yet.
        """
        at = self.now()
        with self.unit_of_work() as work:
            account = work.accounts.get(self.passkey(work, command.credential, at))
            if account is None or account.id != principal.user_id:
                raise PasskeyInvalid
            session = prove_again(work, principal, ("webauthn",), at)
        return self.tokens.access(account, session, at)
