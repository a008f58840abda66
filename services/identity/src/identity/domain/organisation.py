"""An organisation, its members and their invitations: who may do what, and that somebody always owns it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.identity.organisation_views import InvitationStatus, OrganisationRole, SupportTier
from identity.domain.organisation_errors import (
    AlreadyMember,
    DomainUnproven,
    InvitationClosed,
    InvitationTooSoon,
    LastOwner,
    OrganisationStale,
    RoleTooLow,
)

INVITATION_LIFETIME = timedelta(days=14)
INVITATION_KEPT = timedelta(days=14)  # after it expired: until then it can be looked at, and sent again
RESEND_INTERVAL = timedelta(minutes=1)
_RANKS = {OrganisationRole.MEMBER: 0, OrganisationRole.ADMIN: 1, OrganisationRole.OWNER: 2}


@dataclass(frozen=True, slots=True)
class Looks:
    """Colours as #rrggbb; a logo by address or by the id of an uploaded file."""

    primary_colour: str | None = None
    accent_colour: str | None = None
    logo_url: str | None = None
    logo_asset_id: str | None = None


@dataclass(frozen=True, slots=True)
class OwnDomain:
    """`token` is what its DNS record must say."""

    name: str
    token: str
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sso:
    """The organisation's own OpenID provider. `sealed_secret` is readable to the adapter that made it."""

    issuer: str
    client_id: str
    sealed_secret: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """`owner_ids` stand here, not with the members alone: two who leave at once then meet in one record."""

    id: str
    version: int
    name: str
    owner_ids: tuple[str, ...]
    created_at: datetime
    looks: Looks = Looks()
    support_tier: SupportTier = SupportTier.STANDARD
    domain: OwnDomain | None = None
    sso: Sso | None = None

    @property
    def proven_domain(self) -> str | None:
        return self.domain.name if self.domain is not None and self.domain.verified_at is not None else None

    def expect(self, version: int | None) -> None:
        """Raises:
        OrganisationStale: it is no longer at the version that the caller saw.
        """
        if version not in (None, self.version):
            raise OrganisationStale

    def branded(self, name: str, looks: Looks) -> Organisation:
        return self if (name, looks) == (self.name, self.looks) else self._next(name=name, looks=looks)

    def with_tier(self, tier: SupportTier) -> Organisation:
        return self._next(support_tier=tier)

    def with_owner(self, user_id: str) -> Organisation:
        return self._next(owner_ids=(*self.owner_ids, user_id))

    def without_owner(self, user_id: str) -> Organisation:
        """Raises:
        LastOwner: nobody else owns it.
        """
        left = tuple(owner for owner in self.owner_ids if owner != user_id)
        if not left:
            raise LastOwner
        return self._next(owner_ids=left)

    def with_members_changed(self) -> Organisation:
        """What a member is shown of it names their role: its version tells of that too."""
        return self._next()

    def with_domain(self, domain: OwnDomain | None) -> Organisation:
        """Single sign-on stands on the domain that was proven: it goes with it."""
        kept = self.sso if domain is not None and domain.name == self.proven_domain else None
        return self._next(domain=domain, sso=kept)

    def with_sso(self, sso: Sso | None) -> Organisation:
        """Raises:
        DomainUnproven: whose addresses would its provider vouch for?
        """
        if sso is not None and self.proven_domain is None:
            raise DomainUnproven
        return self._next(sso=sso)

    def _next(self, **changes: object) -> Organisation:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Member:
    organisation_id: str
    user_id: str
    version: int
    role: OrganisationRole
    joined_at: datetime

    @property
    def id(self) -> str:
        return member_id(self.organisation_id, self.user_id)

    def as_role(self, role: OrganisationRole) -> Member:
        return replace(self, role=role, version=self.version + 1)


def member_id(organisation_id: str, user_id: str) -> str:
    return f"{organisation_id} {user_id}"


def require_rank(held: OrganisationRole, least: OrganisationRole) -> None:
    """Raises:
    RoleTooLow.
    """
    if _RANKS[held] < _RANKS[least]:
        raise RoleTooLow


def require_power_over(held: OrganisationRole, other: OrganisationRole) -> None:
    """Owners act on everybody; admins on members and each other, never on owners, nor make one.

    Raises:
        RoleTooLow.
    """
    require_rank(held, OrganisationRole.OWNER if other is OrganisationRole.OWNER else OrganisationRole.ADMIN)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Known to the invited by a token, of which the digest is kept."""

    id: str
    version: int
    organisation_id: str
    email: str
    role: OrganisationRole
    token_digest: str
    invited_by: str
    sent_at: datetime
    expires_at: datetime
    status: InvitationStatus = InvitationStatus.PENDING

    def open(self, at: datetime) -> bool:
        return self.status is InvitationStatus.PENDING and at < self.expires_at

    def sent_again(self, token_digest: str, invited_by: str, at: datetime) -> Invitation:
        """Raises:
        InvitationClosed: it was accepted or revoked.
        InvitationTooSoon: a mail went out within the last minute.
        """
        self._require_pending()
        if at < self.sent_at + RESEND_INTERVAL:
            raise InvitationTooSoon
        return self._next(token_digest=token_digest, invited_by=invited_by, sent_at=at, expires_at=at + INVITATION_LIFETIME)

    def renewed(self, role: OrganisationRole, token_digest: str, invited_by: str, at: datetime) -> Invitation:
        """One that has expired, sent anew."""
        expires_at = at + INVITATION_LIFETIME
        return self._next(role=role, token_digest=token_digest, invited_by=invited_by, sent_at=at, expires_at=expires_at)

    def accepted(self, member: Member | None) -> Invitation:
        """Raises:
        AlreadyMember.
        """
        if member is not None:
            raise AlreadyMember
        return self._next(status=InvitationStatus.ACCEPTED)

    def revoked(self) -> Invitation:
        """Raises:
        InvitationClosed: it was accepted or revoked.
        """
        self._require_pending()
        return self._next(status=InvitationStatus.REVOKED)

    def _require_pending(self) -> None:
        if self.status is not InvitationStatus.PENDING:
            raise InvitationClosed

    def _next(self, **changes: object) -> Invitation:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]
