"""Begin to use an authenticator app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.identity.sessions import TotpSetupView
from identity.domain.errors import FactorExists
from identity.domain.second_factors import Totp
from identity.usecases.live_session import live_session
from identity.usecases.ports import OneTimePasswords, UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginTotpHandler:
    unit_of_work: Callable[[], UnitOfWork]
    one_time_passwords: OneTimePasswords
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> TotpSetupView:
        """A new secret, which replaces one that was never confirmed. The answer is recorded nowhere.

        Raises:
            StepUpRequired, SessionEnded.
            FactorExists: there is a confirmed one.
        """
        at = self.now()
        principal.require_fresh(at)
        totp = Totp(self.new_id("factor"), self.one_time_passwords.new(), at)
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise SessionEnded
            factors = work.factors.of(account.id)
            if factors.has_totp:
                raise FactorExists
            work.factors.save(factors.with_totp(totp))
        secret = self.one_time_passwords.secret(totp.sealed_secret)
        return TotpSetupView(factor_id=totp.id, secret=secret, uri=self.one_time_passwords.uri(totp.sealed_secret, account.email))
