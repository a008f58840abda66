"""What a passkey shown at a login or a step-up proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from identity.domain.ceremony import Kind
from identity.domain.errors import PasskeyInvalid
from identity.domain.tokens import digest
from identity.usecases.ports import Passkeys, UnitOfWork


@dataclass(frozen=True, slots=True)
class PasskeyCheck:
    passkeys: Passkeys

    def __call__(self, work: UnitOfWork, credential: Mapping[str, Any], at: datetime) -> str:
        """Whose passkey this is. The challenge it answers is used up in this unit of work.

        Raises:
            PasskeyInvalid.
        """
        challenge = self.passkeys.challenge_of(credential)
        ceremony = work.ceremonies.take(digest(challenge))
        if ceremony is None or not ceremony.open(Kind.PASSKEY_LOGIN, at):
            raise PasskeyInvalid
        user_id, credential_id = self.passkeys.claimed(credential)
        factors = work.factors.of(user_id)
        passkey = factors.passkey(credential_id)
        if passkey is None:
            raise PasskeyInvalid
        work.factors.save(factors.with_passkey(self.passkeys.used(credential, challenge, passkey, at)))
        return user_id
