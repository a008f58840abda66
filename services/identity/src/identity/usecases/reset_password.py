"""Choose a new password with a mailed token."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.authentication import ResetPassword
from contracts.identity.events import EmailVerified, PasswordChanged
from contracts.identity.sessions import DeviceView
from identity.domain.account import Account
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.errors import TokenInvalid
from identity.domain.passwords import refuse_trivial
from identity.domain.session import RevokeReason
from identity.domain.tokens import digest
from identity.usecases.clear_ways_in import clear_ways_in
from identity.usecases.end_sessions import end_sessions
from identity.usecases.ports import Passwords, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class ResetPasswordHandler:
    unit_of_work: Callable[[], UnitOfWork]
    passwords: Passwords
    tokens: Tokens
    known_passwords: Container[str]
    now: Callable[[], datetime]

    def __call__(self, command: ResetPassword) -> DeviceView:
        """The password is changed and every session ended; second factors stay as they are.

        The token came by mail, so its bearer's device becomes a known one: others' wrong guesses do not lock it out. Where the address
        was not proven before, it is now, and whoever opened the account may have been somebody else: their factors, links and keys
        go (decision 0082).

        Raises:
            TokenInvalid.
            PasswordTrivial: the token can be used again.
        """
        at, token = self.now(), digest(command.token)
        with self.unit_of_work() as work:  # nobody without a token has passwords hashed
            account = self._account(work, work.ceremonies.get(token), at)
        refuse_trivial(command.password, account.email, self.known_passwords)
        password_hash = self.passwords.hashed(command.password)
        with self.unit_of_work() as work:
            account = self._account(work, work.ceremonies.take(token), at)
            work.accounts.save(account.with_password_by_mail(password_hash))
            end_sessions(work, account.id, RevokeReason.PASSWORD_CHANGED, at)
            work.emit(PasswordChanged(user_id=account.id))
            if not account.email_verified:
                clear_ways_in(work, account.id, at)
                work.verifications.remove(account.id)
                work.emit(EmailVerified(user_id=account.id, email=account.email))
        return DeviceView(device_token=self.tokens.device_token(account.email))

    def _account(self, work: UnitOfWork, ceremony: Ceremony | None, at: datetime) -> Account:
        account = work.accounts.get(ceremony.user_id) if ceremony else None
        if ceremony is None or account is None or not ceremony.open(Kind.PASSWORD_RESET, at) or ceremony.details["email"] != account.email:
            raise TokenInvalid
        return account
