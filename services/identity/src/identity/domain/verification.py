"""The open request to prove that an email address belongs to the account that names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(hours=24)
# However often somebody asks, one mail a minute reaches the address: the form must not become a mail cannon.
RESEND_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class EmailVerification:
    """At most one is open for an account; a newer one replaces it, and with it the older token."""

    user_id: str
    version: int
    email: str
    token_digest: str
    requested_at: datetime
    expires_at: datetime

    @classmethod
    def request(
        cls, user_id: str, email: str, token_digest: str, at: datetime, after: EmailVerification | None = None
    ) -> EmailVerification:
        version = after.version + 1 if after else 1
        return cls(user_id, version, email, token_digest, requested_at=at, expires_at=at + LIFETIME)

    def expired(self, at: datetime) -> bool:
        return at >= self.expires_at

    def may_be_repeated(self, at: datetime) -> bool:
        return at >= self.requested_at + RESEND_INTERVAL
