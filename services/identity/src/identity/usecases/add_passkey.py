"""Keep a passkey that a browser made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.authentication import AddPasskey
from contracts.identity.events import SecondFactorChanged
from contracts.identity.sessions import RecoveryCodesView
from identity.domain.ceremony import Kind
from identity.domain.errors import PasskeyInvalid, TooManyPasskeys
from identity.domain.second_factors import MOST_PASSKEYS
from identity.domain.tokens import digest
from identity.usecases.live_session import live_session
from identity.usecases.ports import Passkeys, UnitOfWork
from identity.usecases.recovery_codes import new_recovery_codes


@dataclass(frozen=True, slots=True)
class AddPasskeyHandler:
    unit_of_work: Callable[[], UnitOfWork]
    passkeys: Passkeys
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: AddPasskey, principal: Principal) -> RecoveryCodesView:
        """The first factor brings recovery codes.

        Raises:
            PasskeyInvalid: it does not answer a challenge of this person, or is made for another site.
            SessionEnded, TooManyPasskeys.
        """
        at = self.now()
        challenge = self.passkeys.challenge_of(command.credential)
        codes: tuple[str, ...] = ()
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            ceremony = work.ceremonies.take(digest(challenge))
            if ceremony is None or not ceremony.open(Kind.PASSKEY_CREATION, at) or ceremony.user_id != principal.user_id:
                raise PasskeyInvalid
            factors = work.factors.of(principal.user_id)
            if len(factors.passkeys) >= MOST_PASSKEYS:
                raise TooManyPasskeys
            passkey = self.passkeys.created(command.credential, challenge, self.new_id("factor"), command.label, at)
            if factors.passkey(passkey.credential_id) is not None:
                raise PasskeyInvalid
            factors = factors.with_passkey(passkey)
            if not factors.recovery:
                codes, digests = new_recovery_codes()
                factors = replace(factors, recovery=digests)
            work.factors.save(factors)
            work.emit(SecondFactorChanged(user_id=principal.user_id, factor="passkey", change="added"))
        return RecoveryCodesView(factor_id=passkey.id, codes=codes)
