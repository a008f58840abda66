"""Prove the new address of an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.base import Done
from contracts.identity.authentication import ConfirmEmailChange
from contracts.identity.events import EmailChanged
from identity.domain.account import email_key
from identity.domain.ceremony import Kind
from identity.domain.errors import TokenInvalid
from identity.domain.tokens import digest
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class ConfirmEmailChangeHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: ConfirmEmailChange) -> Done:
        """The account has the new address from now on. What was mailed to the old one to reset the password is void.

        Raises:
            TokenInvalid: also when somebody else registered the address meanwhile.
        """
        at = self.now()
        with self.unit_of_work() as work:
            ceremony = work.ceremonies.take(digest(command.token))
            account = work.accounts.get(ceremony.user_id) if ceremony else None
            if ceremony is None or account is None or not ceremony.open(Kind.EMAIL_CHANGE, at):
                raise TokenInvalid
            email = ceremony.details["email"]
            if email_key(account.email) != ceremony.details["previous"] or work.accounts.by_email(email) is not None:
                raise TokenInvalid
            work.ceremonies.drop(Kind.PASSWORD_RESET, account.id)
            work.verifications.remove(account.id)
            work.accounts.save(account.with_email(email))
            work.emit(EmailChanged(user_id=account.id, email=email, previous_email=account.email))
        return Done()
