"""API keys and partners' programs: secrets that stand in for a person or an organisation, within their scopes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from identity.domain.credential_errors import CredentialRevoked

MOST = 20  # that work at a time, of one owner and kind
_USE_IS_KEPT_FOR = timedelta(minutes=10)
_SHOWN = 11


class Kind(StrEnum):
    KEY = "key"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """`digest` is that of the secret, `prefix` its first letters; one that was replaced ends earlier."""

    digest: str
    prefix: str
    given_at: datetime
    expires_at: datetime


def prefix_of(secret: str) -> str:
    """What may be shown of a secret: enough to know it again, of no use to anybody else."""
    return secret[:_SHOWN]


@dataclass(frozen=True, slots=True)
class Credential:
    """`owner_id` is a person or an organisation. `session_id` is what its tokens speak of: ending it ends them everywhere."""

    id: str
    version: int
    kind: Kind
    owner_id: str
    created_by: str
    name: str
    scopes: tuple[str, ...]
    secrets: tuple[KeptSecret, ...]  # the newest first
    session_id: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def organisation_id(self) -> str | None:
        return self.owner_id if self.owner_id.startswith("organisation_") else None

    @property
    def prefix(self) -> str:
        return self.secrets[0].prefix

    @property
    def expires_at(self) -> datetime:
        return self.secrets[0].expires_at

    def live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def opens(self, digest: str, at: datetime) -> bool:
        """Whether this secret works: its own, not revoked, not past its time."""
        return self.revoked_at is None and any(one.digest == digest and at < one.expires_at for one in self.secrets)

    @property
    def life(self) -> timedelta:
        """How long a secret of it lives."""
        return self.secrets[0].expires_at - self.secrets[0].given_at

    def rotated(self, secret: KeptSecret, overlap: timedelta, session_id: str, at: datetime) -> Credential:
        """Raises:
        CredentialRevoked: there is nothing to go on with.
        """
        if self.revoked_at is not None:
            raise CredentialRevoked
        before = replace(self.secrets[0], expires_at=min(self.expires_at, at + overlap))
        kept = (before,) if at < before.expires_at else ()
        return self._next(secrets=(secret, *kept), session_id=session_id)

    def used(self, at: datetime) -> Credential | None:
        """None where it was used shortly before: not every use is worth a write."""
        if self.last_used_at is not None and at - self.last_used_at < _USE_IS_KEPT_FOR:
            return None
        return self._next(last_used_at=at)

    def revoked(self, at: datetime) -> Credential:
        return self._next(revoked_at=at)

    def in_session(self, session_id: str) -> Credential:
        """Its tokens that are out end; it goes on."""
        return self._next(session_id=session_id)

    def _next(self, **changes: object) -> Credential:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]
