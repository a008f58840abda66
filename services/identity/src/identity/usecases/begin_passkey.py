"""Begin to make a passkey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.identity.sessions import PasskeyOptionsView
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.errors import TooManyPasskeys
from identity.domain.second_factors import MOST_PASSKEYS
from identity.domain.tokens import digest
from identity.usecases.live_session import live_session
from identity.usecases.ports import Passkeys, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginPasskeyHandler:
    unit_of_work: Callable[[], UnitOfWork]
    passkeys: Passkeys
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> PasskeyOptionsView:
        """Raises:
        StepUpRequired, SessionEnded, TooManyPasskeys.
        """
        at, challenge = self.now(), self.tokens.new()
        principal.require_fresh(at)
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise SessionEnded
            known = work.factors.of(account.id).passkeys
            if len(known) >= MOST_PASSKEYS:
                raise TooManyPasskeys
            work.ceremonies.drop(Kind.PASSKEY_CREATION, account.id)
            work.ceremonies.add(Ceremony.begin(Kind.PASSKEY_CREATION, digest(challenge), at, account.id))
        options = self.passkeys.creation_options(account.id, account.email, account.profile.display_name, challenge, known)
        return PasskeyOptionsView(options=dict(options))
