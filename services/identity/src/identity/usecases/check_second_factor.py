"""What a login or a step-up with the password must show besides, where the account has a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.identity.events import SecondFactorChanged
from identity.domain.errors import OtpInvalid, OtpRequired
from identity.domain.second_factors import SecondFactors
from identity.domain.tokens import digest
from identity.usecases.ports import OneTimePasswords, UnitOfWork


@dataclass(frozen=True, slots=True)
class SecondFactorCheck:
    one_time_passwords: OneTimePasswords

    def __call__(self, work: UnitOfWork, user_id: str, otp: str | None, recovery_code: str | None, at: datetime) -> tuple[str, ...]:
        """The methods shown (RFC 8176), none where none is needed. What was shown is used up in this unit of work.

        Raises:
            OtpRequired, OtpInvalid.
        """
        factors = work.factors.of(user_id)
        if not factors.enrolled:
            return ()
        if otp is not None and factors.has_totp:
            used, method = self._code(factors, otp, at), "otp"
        elif recovery_code is not None:
            used, method = factors.with_recovery_used(recovery_digest(recovery_code)), "recovery"
        else:
            raise OtpRequired
        if used is None:
            raise OtpInvalid
        work.factors.save(used)
        if method == "recovery":
            work.emit(SecondFactorChanged(user_id=user_id, factor="recovery_codes", change="used"))
        return (method,)

    def _code(self, factors: SecondFactors, otp: str, at: datetime) -> SecondFactors | None:
        step = self.one_time_passwords.step(factors.totp.sealed_secret, otp, at) if factors.totp else None
        return None if step is None else factors.with_code_used(step, at)


def recovery_digest(code: str) -> str:
    """However a person writes it: with or without the dash, in capitals or not."""
    return digest(f"recovery {code.strip().replace('-', '').lower()}")
