"""Prove again who one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.identity.authentication import StepUp
from contracts.identity.views import AccessTokenView
from identity.domain.errors import CredentialsInvalid
from identity.domain.throttle import of_session
from identity.usecases.check_second_factor import SecondFactorCheck
from identity.usecases.ports import Accounts, LoginAttempts, Passwords, Tokens, UnitOfWork
from identity.usecases.prove_again import prove_again


@dataclass(frozen=True, slots=True)
class StepUpHandler:
    unit_of_work: Callable[[], UnitOfWork]
    accounts: Accounts  # outside a transaction: none stays open while a password is hashed
    attempts: LoginAttempts
    passwords: Passwords
    tokens: Tokens
    second_factor: SecondFactorCheck
    now: Callable[[], datetime]

    def __call__(self, command: StepUp, principal: Principal) -> AccessTokenView:
        """An access token of the same session that says that its owner has just proven who they are.

        Raises:
            LoginThrottled: too many attempts in this session.
            CredentialsInvalid, OtpRequired, OtpInvalid.
            SessionEnded: the session is over, the access token is not yet.
        """
        at = self.now()
        self.attempts.count(of_session(principal.session_id), at)
        account = self.accounts.get(principal.user_id)
        if account is None:
            raise SessionEnded
        if not self.passwords.match(command.password, account.password_hash):
            raise CredentialsInvalid
        with self.unit_of_work() as work:
            methods = ("pwd", *self.second_factor(work, account.id, command.otp, command.recovery_code, at))
            session = prove_again(work, principal, methods, at)
        self.attempts.forget(of_session(session.id), at)
        return self.tokens.access(account, session, at)
