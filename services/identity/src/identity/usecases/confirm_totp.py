"""Show a first code of an authenticator app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.authentication import ConfirmTotp
from contracts.identity.events import SecondFactorChanged
from contracts.identity.sessions import RecoveryCodesView
from identity.domain.errors import CodeWrong, FactorExists, TotpNotBegun
from identity.domain.throttle import of_session
from identity.usecases.live_session import live_session
from identity.usecases.ports import LoginAttempts, OneTimePasswords, UnitOfWork
from identity.usecases.recovery_codes import new_recovery_codes


@dataclass(frozen=True, slots=True)
class ConfirmTotpHandler:
    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts
    one_time_passwords: OneTimePasswords
    now: Callable[[], datetime]

    def __call__(self, command: ConfirmTotp, principal: Principal) -> RecoveryCodesView:
        """From now on a login with the password asks for a second factor. The first factor brings recovery codes.

        Raises:
            StepUpRequired, SessionEnded, LoginThrottled.
            TotpNotBegun.
            CodeWrong.
        """
        at = self.now()
        principal.require_fresh(at)
        self.attempts.count(of_session(principal.session_id), at)
        codes: tuple[str, ...] = ()
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            factors = work.factors.of(principal.user_id)
            if factors.totp is None:
                raise TotpNotBegun
            if factors.has_totp:
                raise FactorExists
            step = self.one_time_passwords.step(factors.totp.sealed_secret, command.otp, at)
            used = None if step is None else factors.with_code_used(step, at)
            if used is None:
                raise CodeWrong
            if not used.recovery:
                codes, digests = new_recovery_codes()
                used = replace(used, recovery=digests)
            work.factors.save(used)
            work.emit(SecondFactorChanged(user_id=principal.user_id, factor="totp", change="added"))
        self.attempts.forget(of_session(principal.session_id), at)
        return RecoveryCodesView(factor_id=factors.totp.id, codes=codes)
