"""Choose another password while logged in."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.base import Done
from contracts.identity.authentication import ChangePassword
from contracts.identity.events import PasswordChanged
from identity.domain.errors import CredentialsInvalid
from identity.domain.passwords import refuse_trivial
from identity.domain.session import RevokeReason
from identity.domain.throttle import of_session
from identity.usecases.end_sessions import end_sessions
from identity.usecases.ports import Accounts, LoginAttempts, Passwords, UnitOfWork


@dataclass(frozen=True, slots=True)
class ChangePasswordHandler:
    unit_of_work: Callable[[], UnitOfWork]
    accounts: Accounts  # outside a transaction: none stays open while a password is hashed
    attempts: LoginAttempts
    passwords: Passwords
    known_passwords: Container[str]
    now: Callable[[], datetime]

    def __call__(self, command: ChangePassword, principal: Principal) -> Done:
        """The present password must be shown, however fresh the session is. The others end, with what was begun in them.

        Raises:
            LoginThrottled, CredentialsInvalid, PasswordTrivial.
        """
        at = self.now()
        self.attempts.count(of_session(principal.session_id), at)
        seen = self.accounts.get(principal.user_id)
        if seen is None:
            raise SessionEnded
        if not self.passwords.match(command.password, seen.password_hash):
            raise CredentialsInvalid
        refuse_trivial(command.new_password, seen.email, self.known_passwords, field="new_password")
        password_hash = self.passwords.hashed(command.new_password)
        with self.unit_of_work() as work:
            account = work.accounts.get(seen.id)
            if account is None or account.password_hash != seen.password_hash:
                raise CredentialsInvalid  # changed meanwhile
            work.accounts.save(account.with_password(password_hash))
            end_sessions(work, account.id, RevokeReason.PASSWORD_CHANGED, at, but=principal.session_id)
            work.emit(PasswordChanged(user_id=account.id))
        self.attempts.forget(of_session(principal.session_id), at)
        return Done()
