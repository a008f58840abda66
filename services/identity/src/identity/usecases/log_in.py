"""Begin a session with email and password."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.context import Client
from contracts.errors import DomainError
from contracts.identity.commands import LogIn
from contracts.identity.views import TokensView
from identity.domain.account import Account
from identity.domain.errors import CredentialsInvalid, OtpInvalid, OtpRequired
from identity.domain.login import Outcome
from identity.domain.origin import Origin
from identity.domain.throttle import of_address, of_device, of_strangers
from identity.usecases.begin_session import BeginSession
from identity.usecases.check_second_factor import SecondFactorCheck
from identity.usecases.ports import Accounts, LoginAttempts, Passwords, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class LogInHandler:
    unit_of_work: Callable[[], UnitOfWork]
    accounts: Accounts  # outside a transaction: none stays open while a password is hashed
    attempts: LoginAttempts
    passwords: Passwords
    tokens: Tokens
    second_factor: SecondFactorCheck
    begin_session: BeginSession
    client: Callable[[], Client]
    attempts_per_address: int
    now: Callable[[], datetime]

    def __call__(self, command: LogIn) -> TokensView:
        """Trade email and password, and a second factor where there is one, for tokens.

        The answer is not recorded under an idempotency key: tokens are stored nowhere but as digests.

        Raises:
            LoginThrottled: too many attempts at this account from unknown devices, from this device, or from this address.
            CredentialsInvalid: the same for an unknown address and a wrong password.
            OtpRequired, OtpInvalid: the password was right.
        """
        at, client = self.now(), self.client()
        origin = Origin.of(client.address, client.agent)
        device = self.tokens.device_of(command.device_token, command.email)
        of_account = of_device(device) if device else of_strangers(command.email)
        # The address's first: who is stopped by it does not use up what the account has for others.
        budgets = [*([of_address(client.address, self.attempts_per_address)] if client.address else []), of_account]
        for budget in budgets:
            self.attempts.count(budget, at)
        seen = self.accounts.by_email(command.email)
        try:
            matches = self.passwords.match(command.password, seen.password_hash if seen else None, stranger=device is None)
        except DomainError:  # nobody looked at the password: that counts for the address alone
            self.attempts.take_back(of_account, at)
            raise
        if not matches or seen is None:
            self._failed(seen, Outcome.WRONG_PASSWORD, origin, at)
            raise CredentialsInvalid
        try:
            with self.unit_of_work() as work:
                account = work.accounts.get(seen.id)
                if account is None or account.password_hash != seen.password_hash:
                    raise CredentialsInvalid  # changed while the password was hashed
                methods = ("pwd", *self.second_factor(work, account.id, command.otp, command.recovery_code, at))
                tokens = self.begin_session(work, account, methods, origin, at)
        except (OtpRequired, OtpInvalid) as refusal:
            self._failed(seen, Outcome.CODE_MISSING if isinstance(refusal, OtpRequired) else Outcome.WRONG_CODE, origin, at)
            raise
        self.attempts.forget(of_account, at)
        for budget in budgets[:-1]:
            self.attempts.take_back(budget, at)
        return tokens

    def _failed(self, account: Account | None, outcome: Outcome, origin: Origin, at: datetime) -> None:
        if account is None:
            return
        with self.unit_of_work() as work:
            self.begin_session.record(work, account, outcome, ("pwd",), origin, at)
