"""Facts of identity."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from contracts.ids import SessionId, UserId


class _UserFact(Event):
    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "user_id"
    user_id: UserId


class UserRegistered(_UserFact):
    email: str
    display_name: str
    roles: tuple[Role, ...]
    locale: str
    time_zone: str
    registered_at: UtcDatetime


class EmailVerificationRequested(_UserFact):
    """Somebody must prove that an address is theirs: `token` goes by mail and works once until `expires_at`."""

    secret: ClassVar[bool] = True
    email: str
    display_name: str
    locale: str
    token: str
    expires_at: UtcDatetime


class EmailVerified(_UserFact):
    email: str


class ProfileUpdated(_UserFact):
    """The whole profile after the change, so that copies need no second question."""

    display_name: str
    roles: tuple[Role, ...]
    headline: str | None
    bio: str | None
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    time_zone: str
    locale: str


class SessionRevoked(_UserFact):
    """A session ended before its time.

    `reason` is logged_out, refresh_reused, revoked (by its owner), password_changed, role_revoked, or kept_out (suspended or banned).
    """

    session_id: SessionId
    reason: str


class PasswordResetRequested(_UserFact):
    """Somebody wants a new password for this account: `token` goes by mail and works once until `expires_at`."""

    secret: ClassVar[bool] = True
    email: str
    display_name: str
    locale: str
    token: str
    expires_at: UtcDatetime


class PasswordChanged(_UserFact):
    """By its owner, or with a mailed token."""


class EmailChangeRequested(_UserFact):
    """The account is to have the address `email`: `token` goes there and works once until `expires_at`; `previous_email` is told."""

    secret: ClassVar[bool] = True
    email: str
    previous_email: str
    display_name: str
    locale: str
    token: str
    expires_at: UtcDatetime


class EmailChanged(_UserFact):
    """The account has another address, which is proven."""

    email: str
    previous_email: str


class SecondFactorChanged(_UserFact):
    """`factor` is totp, passkey or recovery_codes; `change` is added, removed or used (of a recovery code)."""

    factor: str
    change: str


class StandingChanged(_UserFact):
    """Somebody was suspended, banned or let in again. `until` is when a suspension ends by itself."""

    status: AccountStatus
    reason: str
    until: UtcDatetime | None


class SettingChanged(Event):
    """A system setting has another value; `revision` counts its changes."""

    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "name"
    name: str
    value: bool | str
    revision: int


class FlagSet(Event):
    """A feature flag as it is now, whole: `contracts.identity.flags` says for whom it is on."""

    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "name"
    name: str
    enabled: bool
    percentage: int
    roles: tuple[Role, ...]
    user_ids: tuple[UserId, ...]
    revision: int
