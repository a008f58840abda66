"""A mail on its way: pending → sending → sent, or failed for good: the schedule is used up, or there is nobody and nothing left to tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# How long to wait after each failed attempt; after the last one the mail has failed.
SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 300, 1800, 7200, 21600))
LEASE = timedelta(seconds=60)


class MailStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mail:
    """`due_at` is when to try (pending) or when the sender is given up for dead (sending).

    A process that dies after the provider took the mail and before that was written down sends it again: SendGrid has
    no idempotency key. The id goes along as Message-ID, by which mail servers and clients collapse the two.
    `expires_at` is when what it holds (a token) is of no use any more. `to_contact`: it is for the person, wherever they are
    reached when it goes out; any other mail is for the address.
    """

    id: str
    version: int
    user_id: str
    to: str
    subject: str
    text: str
    html: str
    status: MailStatus
    attempts: int
    due_at: datetime
    created_at: datetime
    error: str | None = None
    expires_at: datetime | None = None
    to_contact: bool = False

    @classmethod
    def waiting(
        cls,
        id: str,
        *,
        user_id: str,
        to: str,
        subject: str,
        text: str,
        html: str,
        at: datetime,
        expires_at: datetime | None = None,
        to_contact: bool = False,
    ) -> Mail:
        """A new mail, to be sent at once."""
        return cls(
            id,
            1,
            user_id,
            to,
            subject,
            text,
            html,
            status=MailStatus.PENDING,
            attempts=0,
            due_at=at,
            created_at=at,
            expires_at=expires_at,
            to_contact=to_contact,
        )

    def claim(self, at: datetime) -> Mail | None:
        """This mail, taken by the caller until the lease ends; None if it is not due or somebody has it."""
        if self.status not in (MailStatus.PENDING, MailStatus.SENDING) or self.dated_from <= at < self.due_at:
            return None
        return replace(self, status=MailStatus.SENDING, due_at=at + LEASE, attempts=self.attempts + 1)

    @property
    def dated_from(self) -> datetime:
        """The earliest moment that can have written this `due_at`: a clock that shows less has been set back since (decision 0042)."""
        return self.due_at - self._longest_wait

    @property
    def _longest_wait(self) -> timedelta:
        """Clocks may differ by the length of a lease."""
        if self.status is MailStatus.SENDING or not self.attempts:
            return 2 * LEASE
        return SCHEDULE[self.attempts - 1] + LEASE

    def expired(self, at: datetime) -> bool:
        """Whether it comes too late."""
        return self.expires_at is not None and self.expires_at <= at

    def sent(self) -> Mail:
        """Done."""
        return self._over(MailStatus.SENT, None)

    def dropped(self, why: str) -> Mail:
        """Not to be sent any more."""
        return self._over(MailStatus.FAILED, why)

    def refused(self, error: str, *, for_good: bool, at: datetime) -> Mail:
        """Not taken: later again by the schedule, or never where the provider said so or the schedule is used up."""
        if for_good or self.attempts > len(SCHEDULE):
            return self._over(MailStatus.FAILED, error)
        return replace(self, status=MailStatus.PENDING, due_at=at + SCHEDULE[self.attempts - 1], error=error)

    def _over(self, status: MailStatus, error: str | None) -> Mail:
        """The body, which may hold a token, is forgotten; so is an address that is no account's, as with no account it would ever go."""
        to = self.to if self.user_id.startswith("user_") else ""
        return replace(self, status=status, to=to, text="", html="", error=error)
