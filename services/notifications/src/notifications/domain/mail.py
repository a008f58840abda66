"""A mail on its way: pending → sending → sent, or failed for good after the schedule is used up."""

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

    @classmethod
    def waiting(cls, id: str, *, user_id: str, to: str, subject: str, text: str, html: str, at: datetime) -> Mail:
        """A new mail, to be sent at once."""
        return cls(id, 1, user_id, to, subject, text, html, status=MailStatus.PENDING, attempts=0, due_at=at, created_at=at)

    def claim(self, at: datetime) -> Mail | None:
        """This mail, taken by the caller until the lease ends; None if it is not due or somebody has it."""
        if self.status not in (MailStatus.PENDING, MailStatus.SENDING) or at < self.due_at <= at + self._longest_wait:
            return None
        return replace(self, status=MailStatus.SENDING, due_at=at + LEASE, attempts=self.attempts + 1)

    @property
    def _longest_wait(self) -> timedelta:
        """What is due later still was written by a clock that has been set back since; clocks may differ by the length of a lease."""
        if self.status is MailStatus.SENDING or not self.attempts:
            return 2 * LEASE
        return SCHEDULE[self.attempts - 1] + LEASE

    def sent(self) -> Mail:
        """Done; the body, which may hold a token, is forgotten."""
        return replace(self, status=MailStatus.SENT, text="", html="", error=None)

    def refused(self, error: str, *, for_good: bool, at: datetime) -> Mail:
        """Not taken: later again by the schedule, or never where the provider said so or the schedule is used up."""
        if for_good or self.attempts > len(SCHEDULE):
            return replace(self, status=MailStatus.FAILED, text="", html="", error=error)
        return replace(self, status=MailStatus.PENDING, due_at=at + SCHEDULE[self.attempts - 1], error=error)
