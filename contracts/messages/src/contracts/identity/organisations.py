"""What may be asked about organisations: members, invitations, looks, single sign-on."""

from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, HttpUrl, StringConstraints, model_validator

from contracts.base import Command, Done, Message, Name, Query, ShortText
from contracts.identity.commands import Email, Secret
from contracts.identity.organisation_views import (
    BulkInviteRowPage,
    BulkInviteView,
    DomainView,
    InvitationPage,
    InvitationView,
    MemberPage,
    MemberView,
    OrganisationRole,
    OrganisationsView,
    OrganisationView,
    PublicBrandingView,
    SignInOptionView,
    SsoView,
    SupportTier,
)
from contracts.ids import BulkInviteId, InvitationId, OrganisationId, UserId
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$", to_lower=True)]
_LAST_LABEL = r"[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
Domain = Annotated[str, StringConstraints(pattern=rf"^({_LABEL}\.)+{_LAST_LABEL}$", to_lower=True, max_length=253)]
AssetId = Annotated[str, StringConstraints(pattern=r"^[a-z]+_[0-7][0-9a-z]{25}$")]
MOST_ROWS = 2_000


def _https(url: HttpUrl) -> HttpUrl:
    if url.scheme != "https":
        raise ValueError("must begin with https://")
    return url


def _issuer(url: str) -> str:
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError("must begin with https://")
    return url


SecureUrl = Annotated[HttpUrl, AfterValidator(_https)]
Issuer = Annotated[str, StringConstraints(min_length=9, max_length=300, pattern=r"^https?://[^\s?#]+[^\s?#/]$"), AfterValidator(_issuer)]


class _OfOrganisations:
    service: ClassVar[str] = "organisations"


class CreateOrganisation(_OfOrganisations, Command[OrganisationView]):
    """Its maker is its first owner."""

    name: Name


class GetOrganisation(_OfOrganisations, Query[OrganisationView]):
    """For members, the support and admins."""

    organisation_id: OrganisationId


class ListMyOrganisations(_OfOrganisations, Query[OrganisationsView]):
    pass


class UpdateOrganisation(_OfOrganisations, Command[OrganisationView]):
    """Change what is mentioned, null takes away; for owners and admins."""

    organisation_id: OrganisationId
    name: Name | None = None
    primary_colour: Colour | None = None
    accent_colour: Colour | None = None
    logo_url: SecureUrl | None = None
    logo_asset_id: AssetId | None = None
    expected_version: Annotated[int, Field(ge=1)] | None = None


class SetSupportTier(_OfOrganisations, Command[OrganisationView]):
    """For admins of the platform."""

    organisation_id: OrganisationId
    tier: SupportTier
    reason: ShortText


class GetBranding(_OfOrganisations, Query[PublicBrandingView]):
    """The looks of the organisation that has proven this domain its own."""

    domain: Domain


class ListMembers(_OfOrganisations, Query[MemberPage]):
    organisation_id: OrganisationId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ChangeMemberRole(_OfOrganisations, Command[MemberView]):
    """For owners. The last owner stays one."""

    organisation_id: OrganisationId
    user_id: UserId
    role: OrganisationRole


class RemoveMember(_OfOrganisations, Command[Done]):
    """For owners, and for admins as far as members go."""

    organisation_id: OrganisationId
    user_id: UserId


class LeaveOrganisation(_OfOrganisations, Command[Done]):
    organisation_id: OrganisationId


class InviteMember(_OfOrganisations, Command[InvitationView]):
    """A mail with a token goes to the address. For owners, and for admins who invite members and admins."""

    organisation_id: OrganisationId
    email: Email
    role: OrganisationRole = OrganisationRole.MEMBER


class ListInvitations(_OfOrganisations, Query[InvitationPage]):
    """The newest first; for owners and admins."""

    organisation_id: OrganisationId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ResendInvitation(_OfOrganisations, Command[InvitationView]):
    """Another token, which lives anew; the one before is void."""

    organisation_id: OrganisationId
    invitation_id: InvitationId


class RevokeInvitation(_OfOrganisations, Command[InvitationView]):
    organisation_id: OrganisationId
    invitation_id: InvitationId


class AcceptInvitation(_OfOrganisations, Command[OrganisationView]):
    """By the person whose proven address was invited."""

    token: Secret


class ClaimDomain(_OfOrganisations, Command[DomainView]):
    """Says which DNS record proves it; for owners."""

    organisation_id: OrganisationId
    domain: Domain


class GetDomain(_OfOrganisations, Query[DomainView]):
    organisation_id: OrganisationId


class VerifyDomain(_OfOrganisations, Command[DomainView]):
    """Looks the record up."""

    organisation_id: OrganisationId


class ReleaseDomain(_OfOrganisations, Command[Done]):
    """Single sign-on ends with it."""

    organisation_id: OrganisationId


class SetSso(_OfOrganisations, Command[SsoView]):
    """Let people with an address of the organisation's proven domain log in at its own OpenID provider; for owners."""

    organisation_id: OrganisationId
    issuer: Issuer
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    client_secret: Secret


class GetSso(_OfOrganisations, Query[SsoView]):
    """For owners and admins."""

    organisation_id: OrganisationId


class RemoveSso(_OfOrganisations, Command[Done]):
    organisation_id: OrganisationId


class FindSignIn(_OfOrganisations, Command[SignInOptionView]):
    """Where the people of an address's domain log in. Tells of the domain alone, not of the address."""

    email: Email


class InviteRow(Message):
    """As it was written: what is wrong with a row is told row by row."""

    email: Annotated[str, StringConstraints(max_length=300)]
    role: Annotated[str, StringConstraints(max_length=20)] = OrganisationRole.MEMBER.value


class StartBulkInvite(_OfOrganisations, Command[BulkInviteView]):
    """Invite many: `rows`, or `csv` with the heading `email` or `email,role`. A job, which goes on by itself."""

    organisation_id: OrganisationId
    rows: Annotated[tuple[InviteRow, ...], Field(min_length=1, max_length=MOST_ROWS)] | None = None
    csv: Annotated[str, StringConstraints(min_length=1, max_length=200_000)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.rows is None) == (self.csv is None):
            raise ValueError("give either rows or csv")
        return self


class GetBulkInvite(_OfOrganisations, Query[BulkInviteView]):
    organisation_id: OrganisationId
    bulkinvite_id: BulkInviteId


class ListBulkInviteRows(_OfOrganisations, Query[BulkInviteRowPage]):
    """What became of each row, in their order."""

    organisation_id: OrganisationId
    bulkinvite_id: BulkInviteId
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT
