"""Begin a session with email and password."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.commands import LogIn
from contracts.identity.views import TokensView
from identity.domain.errors import CredentialsInvalid
from identity.domain.session import Session
from identity.domain.throttle import of_strangers
from identity.domain.tokens import digest
from identity.usecases.ports import Accounts, LoginAttempts, Passwords, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class LogInHandler:
    unit_of_work: Callable[[], UnitOfWork]
    accounts: Accounts  # outside a transaction: none stays open while a password is hashed
    attempts: LoginAttempts
    passwords: Passwords
    tokens: Tokens
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: LogIn) -> TokensView:
        """Trade email and password for tokens.

        The answer is not recorded under an idempotency key: tokens are stored nowhere but as digests.

        Raises:
            LoginThrottled: too many attempts at this address, known or not.
            CredentialsInvalid: the same for an unknown address and a wrong password.
        """
        at = self.now()
        self.attempts.count(of_strangers(command.email), at)
        account = self.accounts.by_email(command.email)
        if not self.passwords.match(command.password, account.password_hash if account else None) or account is None:
            raise CredentialsInvalid
        refresh_token = self.tokens.new()
        session = Session.begin(self.new_id("session"), account.id, at)
        with self.unit_of_work() as work:
            work.sessions.add(session)
            work.refresh_tokens.add(session.refresh_token(digest(refresh_token), at))
        self.attempts.forget(of_strangers(command.email), at)
        return self.tokens.issue(account, session, refresh_token, at)
