"""Facts of identity."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.identity.roles import Role
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
    """A session ended before its time: `reason` is logged_out or refresh_reused."""

    session_id: SessionId
    reason: str
