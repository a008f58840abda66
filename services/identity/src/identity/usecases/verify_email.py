"""Prove that an email address is one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.base import Done
from contracts.identity.commands import VerifyEmail
from contracts.identity.events import EmailVerified
from identity.domain.errors import VerificationTokenInvalid
from identity.domain.tokens import digest
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class VerifyEmailHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: VerifyEmail) -> Done:
        """Mark the address that the token was sent to as verified; the token is used up.

        Access tokens that are out already keep saying "not verified" until their session is refreshed.

        Raises:
            VerificationTokenInvalid.
        """
        with self.unit_of_work() as work:
            verification = work.verifications.by_digest(digest(command.token))
            account = work.accounts.get(verification.user_id) if verification else None
            if verification is None or account is None or verification.expired(self.now()) or verification.email != account.email:
                raise VerificationTokenInvalid
            work.verifications.remove(account.id)
            work.accounts.save(account.with_email_verified())
            work.emit(EmailVerified(user_id=account.id, email=account.email))
            return work.answer(Done())
