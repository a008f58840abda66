"""Ask for a mail that lets its reader choose a new password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.base import Done
from contracts.identity.authentication import RequestPasswordReset
from contracts.identity.events import PasswordResetRequested
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.errors import LoginThrottled
from identity.domain.throttle import of_resets
from identity.domain.tokens import digest
from identity.usecases.ports import LoginAttempts, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class RequestPasswordResetHandler:
    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: RequestPasswordReset) -> Done:
        """Send a token if the address has an account and was not sent many of late. The answer never tells."""
        at = self.now()
        try:
            self.attempts.count(of_resets(command.email), at)
        except LoginThrottled:
            return Done()
        token = self.tokens.new()
        with self.unit_of_work() as work:
            account = work.accounts.by_email(command.email)
            if account is not None:
                ceremony = Ceremony.begin(Kind.PASSWORD_RESET, digest(token), at, account.id, email=account.email)
                work.ceremonies.drop(Kind.PASSWORD_RESET, account.id)
                work.ceremonies.add(ceremony)
                work.emit(
                    PasswordResetRequested(
                        user_id=account.id,
                        email=account.email,
                        display_name=account.profile.display_name,
                        locale=account.profile.locale,
                        token=token,
                        expires_at=ceremony.expires_at,
                    )
                )
        return Done()
