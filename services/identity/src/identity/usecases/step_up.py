"""Prove again who one is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.authentication import StepUp
from contracts.identity.views import AccessTokenView
from identity.domain.errors import CredentialsInvalid, SessionEnded
from identity.domain.throttle import of_session
from identity.usecases.ports import Accounts, LoginAttempts, Passwords, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class StepUpHandler:
    unit_of_work: Callable[[], UnitOfWork]
    accounts: Accounts  # outside a transaction: none stays open while a password is hashed
    attempts: LoginAttempts
    passwords: Passwords
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: StepUp, principal: Principal) -> AccessTokenView:
        """An access token of the same session that says that its owner has just proven who they are.

        Raises:
            LoginThrottled: too many attempts in this session.
            CredentialsInvalid.
            SessionEnded: the session is over, the access token is not yet.
        """
        at = self.now()
        self.attempts.count(of_session(principal.session_id), at)
        account = self.accounts.get(principal.user_id)
        if not self.passwords.match(command.password, account.password_hash if account else None) or account is None:
            raise CredentialsInvalid
        with self.unit_of_work() as work:
            session = work.sessions.get(principal.session_id)
            if session is None or session.user_id != account.id or not session.live(at):
                raise SessionEnded
            session = session.proven_again(("pwd",), at)
            work.sessions.save(session)
        self.attempts.forget(of_session(session.id), at)
        return self.tokens.access(account, session, at)
