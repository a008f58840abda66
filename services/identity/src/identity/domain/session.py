"""A login that lasts: the session, and the chain of refresh tokens that keeps it alive, each of which works once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from identity.domain.origin import UNKNOWN, Origin

REFRESH_LIFETIME = timedelta(days=30)
# However busy, a session ends one day (OWASP ASVS 5.0, 7.3.2).
SESSION_LIFETIME = timedelta(days=180)


class RevokeReason(StrEnum):
    LOGGED_OUT = "logged_out"
    REFRESH_REUSED = "refresh_reused"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name, no secret
    KEPT_OUT = "kept_out"
    ROLE_REVOKED = "role_revoked"
    KEY_REVOKED = "key_revoked"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Session:
    """What begins with a login. Its refresh tokens are good only while it is live: ending it ends them all."""

    id: str
    version: int
    user_id: str
    created_at: datetime
    expires_at: datetime
    authenticated_at: datetime
    last_used_at: datetime
    methods: tuple[str, ...] = ("pwd",)  # RFC 8176
    origin: Origin = UNKNOWN
    revoked_at: datetime | None = None
    reason: RevokeReason | None = None

    @classmethod
    def begin(cls, session_id: str, user_id: str, at: datetime, methods: tuple[str, ...] = ("pwd",), origin: Origin = UNKNOWN) -> Session:
        return cls(session_id, 1, user_id, at, at + SESSION_LIFETIME, authenticated_at=at, last_used_at=at, methods=methods, origin=origin)

    def live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def used(self, origin: Origin, at: datetime) -> Session:
        return replace(self, origin=origin, last_used_at=at, version=self.version + 1)

    def proven_again(self, methods: tuple[str, ...], at: datetime) -> Session:
        """Its owner has shown once more who they are."""
        return replace(self, authenticated_at=at, methods=methods, version=self.version + 1)

    def revoked(self, reason: RevokeReason, at: datetime) -> Session:
        return replace(self, revoked_at=at, reason=reason, version=self.version + 1)

    def refresh_token(self, token_digest: str, at: datetime) -> RefreshToken:
        """The next link of the chain: it never outlives the session."""
        return RefreshToken(token_digest, 1, self.id, expires_at=min(at + REFRESH_LIFETIME, self.expires_at))


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One link of a session's chain, known by its digest. `rotated_at` and `rotated_by` (a digest of the client) tell of its trade."""

    digest: str
    version: int
    session_id: str
    expires_at: datetime
    rotated_at: datetime | None = None
    rotated_by: str | None = None

    def expired(self, at: datetime) -> bool:
        return at >= self.expires_at

    def rotated(self, at: datetime, by: str | None = None) -> RefreshToken:
        return replace(self, rotated_at=at, rotated_by=by, version=self.version + 1)

    def may_be_repeated(self, successor: RefreshToken | None, at: datetime, window: timedelta, by: str | None = None) -> bool:
        """Whether a second use is the same client asking again: soon after the first, and the successor still unused.

        `at` may be before the first use where both came at once: without a window that is no excuse.
        """
        if self.rotated_by != by or self.rotated_at is None or successor is None or successor.rotated_at is not None:
            return False
        return bool(window) and at < self.rotated_at + window
