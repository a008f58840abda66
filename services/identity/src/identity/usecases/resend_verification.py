"""Ask for another verification mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.base import Done
from contracts.identity.commands import ResendVerification
from identity.domain.tokens import digest
from identity.domain.verification import EmailVerification
from identity.usecases.ports import Tokens, UnitOfWork
from identity.usecases.show import email_verification_requested


@dataclass(frozen=True, slots=True)
class ResendVerificationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    tokens: Tokens
    now: Callable[[], datetime]

    def __call__(self, command: ResendVerification) -> Done:
        """Send a new token if the address waits for proof. The answer never tells whether it is known."""
        with self.unit_of_work() as work:
            self._resend(work, command.email)
            return work.answer(Done())

    def _resend(self, work: UnitOfWork, email: str) -> None:
        account = work.accounts.by_email(email)
        if account is None or account.email_verified:
            return
        at = self.now()
        open_one = work.verifications.of(account.id)
        if open_one and not open_one.may_be_repeated(at):
            return
        token = self.tokens.new()
        verification = EmailVerification.request(account.id, account.email, digest(token), at, after=open_one)
        if open_one:
            work.verifications.save(verification)
        else:
            work.verifications.add(verification)
        work.emit(email_verification_requested(account, token, verification.expires_at))
