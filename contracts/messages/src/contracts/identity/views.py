"""What identity shows of accounts, profiles and sessions."""

from contracts.base import UtcDatetime, View
from contracts.identity.roles import Role
from contracts.identity.showcase import ExpertView, PortfolioItemView
from contracts.ids import UserId


class MeView(View):
    """One's own account and profile."""

    id: UserId
    version: int
    email: str
    email_verified: bool
    display_name: str
    roles: tuple[Role, ...]
    headline: str | None
    bio: str | None
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    links: tuple[str, ...]
    time_zone: str
    locale: str
    created_at: UtcDatetime


class PublicProfileView(View):
    """What anybody may see of a person."""

    id: UserId
    display_name: str
    roles: tuple[Role, ...]
    headline: str | None
    bio: str | None
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    links: tuple[str, ...]
    created_at: UtcDatetime
    avatar_url: str | None = None
    portfolio: tuple[PortfolioItemView, ...] = ()
    expert: ExpertView | None = None


class TokensView(View):
    """A session's tokens (RFC 6749 names). `expires_in` is the access token's life in seconds.

    `device_token` comes with a login alone: send it with the next one from the same device.
    """

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name, no secret
    expires_in: int
    device_token: str | None = None


class AccessTokenView(View):
    """An access token alone; the session's refresh token stays as it is. `expires_in` is in seconds."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name, no secret
    expires_in: int
