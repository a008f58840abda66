"""Something begun that is completed once, by whoever holds the secret it began with: a reset, a new address, a passkey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is begun."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name, no secret
    EMAIL_CHANGE = "email_change"
    PASSKEY_CREATION = "passkey_creation"
    PASSKEY_LOGIN = "passkey_login"
    SIGN_IN_ELSEWHERE = "sign_in_elsewhere"


_LIFETIMES = {
    Kind.PASSWORD_RESET: timedelta(minutes=30),
    Kind.EMAIL_CHANGE: timedelta(hours=24),
    Kind.PASSKEY_CREATION: timedelta(minutes=5),
    Kind.PASSKEY_LOGIN: timedelta(minutes=5),
    Kind.SIGN_IN_ELSEWHERE: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class Ceremony:
    """`digest` is that of its secret; `user_id` is empty where nobody is known yet; `details` is what completing it needs."""

    digest: str
    kind: Kind
    user_id: str
    expires_at: datetime
    details: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def begin(cls, kind: Kind, digest: str, at: datetime, user_id: str = "", **details: str) -> Ceremony:
        return cls(digest, kind, user_id, at + _LIFETIMES[kind], details)

    def open(self, kind: Kind, at: datetime) -> bool:
        return self.kind is kind and at < self.expires_at
