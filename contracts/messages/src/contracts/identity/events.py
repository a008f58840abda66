"""Facts of identity."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.identity.organisation_views import OrganisationRole, SupportTier
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from contracts.ids import BulkInviteId, ChallengeId, DeletionId, ExportId, InvitationId, OrganisationId, SessionId, UserId


class _UserFact(Event):
    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "user_id"
    user_id: UserId


class UserRegistered(_UserFact):
    personal: ClassVar[frozenset[str]] = frozenset({"email", "display_name"})
    email: str
    display_name: str
    roles: tuple[Role, ...]
    locale: str
    time_zone: str
    registered_at: UtcDatetime


class EmailVerificationRequested(_UserFact):
    """Somebody must prove that an address is theirs: `token` goes by mail and works once until `expires_at`."""

    secret: ClassVar[bool] = True
    personal: ClassVar[frozenset[str]] = frozenset({"email", "display_name"})
    email: str
    display_name: str
    locale: str
    token: str
    expires_at: UtcDatetime


class EmailVerified(_UserFact):
    personal: ClassVar[frozenset[str]] = frozenset({"email"})
    email: str


class ProfileUpdated(_UserFact):
    """The whole profile after the change, so that copies need no second question."""

    personal: ClassVar[frozenset[str]] = frozenset({"display_name", "headline", "bio", "skills", "languages"})
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

    `reason` is logged_out, refresh_reused, revoked (by its owner), password_changed, role_revoked, key_revoked (the
    session of an API key or a partner's program), or kept_out (suspended or banned).
    """

    session_id: SessionId
    reason: str


class PasswordResetRequested(_UserFact):
    """Somebody wants a new password for this account: `token` goes by mail and works once until `expires_at`."""

    secret: ClassVar[bool] = True
    personal: ClassVar[frozenset[str]] = frozenset({"email", "display_name"})
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
    personal: ClassVar[frozenset[str]] = frozenset({"email", "previous_email", "display_name"})
    email: str
    previous_email: str
    display_name: str
    locale: str
    token: str
    expires_at: UtcDatetime


class EmailChanged(_UserFact):
    """The account has another address, which is proven."""

    personal: ClassVar[frozenset[str]] = frozenset({"email", "previous_email"})
    email: str
    previous_email: str


class SecondFactorChanged(_UserFact):
    """`factor` is totp, passkey or recovery_codes; `change` is added, removed or used (of a recovery code)."""

    factor: str
    change: str


class StandingChanged(_UserFact):
    """Somebody was suspended, banned or let in again. `until` is when a suspension ends by itself."""

    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
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


class ReferralAttributed(_UserFact):
    """This person came by another's code: at registration, or as they said within two weeks of it."""

    referrer_id: UserId
    code: str


class ReferralQualified(_UserFact):
    """The person who was referred completed their first engagement: what the referrer is promised is due. Told once."""

    referrer_id: UserId
    code: str
    challenge_id: ChallengeId
    qualified_at: UtcDatetime


class CredentialCreated(Event):
    """An API key or a partner's client (`kind` is key or client) of a person or an organisation (`owner_id`)."""

    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "credential_id"
    credential_id: str
    kind: str
    owner_id: str
    name: str
    scopes: tuple[str, ...]
    created_by: UserId


class CredentialRotated(Event):
    """It has a new secret; the one before works until `overlap_until`."""

    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "credential_id"
    credential_id: str
    owner_id: str
    overlap_until: UtcDatetime


class CredentialRevoked(Event):
    """It opens nothing any more. The tokens it was traded for end by `SessionRevoked`."""

    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "credential_id"
    credential_id: str
    owner_id: str


class _OrganisationFact(Event):
    source: ClassVar[str] = "identity"
    subject_field: ClassVar[str] = "organisation_id"
    organisation_id: OrganisationId


class OrganisationCreated(_OrganisationFact):
    name: str
    owner_id: UserId
    support_tier: SupportTier


class MemberAdded(_OrganisationFact):
    user_id: UserId
    role: OrganisationRole


class MemberRemoved(_OrganisationFact):
    """`reason` is left or removed."""

    user_id: UserId
    reason: str


class MemberRoleChanged(_OrganisationFact):
    user_id: UserId
    role: OrganisationRole


class InvitationSent(_OrganisationFact):
    """Somebody is invited, or reminded: `token` goes by mail and works once until `expires_at`."""

    secret: ClassVar[bool] = True
    organisation_name: str
    invitation_id: InvitationId
    email: str
    role: OrganisationRole
    token: str
    expires_at: UtcDatetime


class BrandingChanged(_OrganisationFact):
    """The name and the looks as they are now; `domain` is null until it is proven."""

    name: str
    primary_colour: str | None
    accent_colour: str | None
    logo_url: str | None
    logo_asset_id: str | None
    domain: str | None


class SupportTierChanged(_OrganisationFact):
    support_tier: SupportTier


class SsoChanged(_OrganisationFact):
    """`issuer` is null where single sign-on ended."""

    issuer: str | None


class BulkInviteFinished(_OrganisationFact):
    bulkinvite_id: BulkInviteId
    invited: int
    total: int


class PersonDeletionStarted(_UserFact):
    """Whoever keeps data of this person erases it or makes it pseudonymous, and tells by `PersonDataErased`."""

    deletion_id: DeletionId


class ExportReady(_UserFact):
    """The copy of their data that somebody asked for can be downloaded until `expires_at`."""

    export_id: ExportId
    expires_at: UtcDatetime
