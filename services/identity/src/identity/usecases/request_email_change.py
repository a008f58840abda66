"""Ask for another email address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.base import Done
from contracts.identity.authentication import RequestEmailChange
from contracts.identity.events import EmailChangeRequested
from identity.domain.account import email_key
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.throttle import of_address_changes
from identity.domain.tokens import digest
from identity.usecases.live_session import live_session
from identity.usecases.ports import LoginAttempts, Tokens, UnitOfWork


@dataclass(frozen=True, slots=True)
class RequestEmailChangeHandler:
    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: RequestEmailChange, principal: Principal) -> Done:
        """Send a token to the new address and a notice to the old one. Nothing changes until the token is shown.

        An address that has an account already gets no mail, and the answer is the same: nobody is told who is here.

        Raises:
            StepUpRequired, SessionEnded.
            LoginThrottled: many mails went to this address of late.
        """
        at = self.now()
        principal.require_fresh(at)
        self.attempts.count(of_address_changes(command.email), at)
        token = self.tokens.new()
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise SessionEnded
            if work.accounts.by_email(command.email) is not None:
                return Done()
            details = {"email": command.email, "previous": email_key(account.email)}
            ceremony = Ceremony.begin(Kind.EMAIL_CHANGE, digest(token), at, account.id, **details)
            work.ceremonies.drop(Kind.EMAIL_CHANGE, account.id)
            work.ceremonies.add(ceremony)
            work.emit(
                EmailChangeRequested(
                    user_id=account.id,
                    email=command.email,
                    previous_email=account.email,
                    display_name=account.profile.display_name,
                    locale=account.profile.locale,
                    token=token,
                    expires_at=ceremony.expires_at,
                )
            )
        return Done()
