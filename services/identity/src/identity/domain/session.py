"""A login that lasts: the session, and the chain of refresh tokens that keeps it alive, each of which works once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

REFRESH_LIFETIME = timedelta(days=30)
# However busy, a session ends one day (OWASP ASVS 5.0, 7.3.2).
SESSION_LIFETIME = timedelta(days=180)
# A client that lost the answer, or two tabs at once, may ask again with the same token and gets the same successor.


class RevokeReason(StrEnum):
    LOGGED_OUT = "logged_out"
    REFRESH_REUSED = "refresh_reused"


@dataclass(frozen=True, slots=True)
class Session:
    """What begins with a login. Its refresh tokens are good only while it is live: ending it ends them all."""

    id: str
    version: int
    user_id: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    reason: RevokeReason | None = None

    @classmethod
    def begin(cls, session_id: str, user_id: str, at: datetime) -> Session:
        return cls(session_id, 1, user_id, created_at=at, expires_at=at + SESSION_LIFETIME)

    def live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def revoked(self, reason: RevokeReason, at: datetime) -> Session:
        return replace(self, revoked_at=at, reason=reason, version=self.version + 1)

    def refresh_token(self, token_digest: str, at: datetime) -> RefreshToken:
        """The next link of the chain: it never outlives the session."""
        return RefreshToken(token_digest, 1, self.id, expires_at=min(at + REFRESH_LIFETIME, self.expires_at))


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One link of a session's chain, known by its digest. `rotated_at` is when it was traded for its successor."""

    digest: str
    version: int
    session_id: str
    expires_at: datetime
    rotated_at: datetime | None = None

    def expired(self, at: datetime) -> bool:
        return at >= self.expires_at

    def rotated(self, at: datetime) -> RefreshToken:
        return replace(self, rotated_at=at, version=self.version + 1)

    def may_be_repeated(self, successor: RefreshToken | None, at: datetime, window: timedelta) -> bool:
        """Whether a second use is the same client asking again: soon after the first, and the successor still unused."""
        if self.rotated_at is None or successor is None or successor.rotated_at is not None:
            return False
        return at < self.rotated_at + window
