"""What identity shows of organisations."""

from enum import StrEnum

from contracts.base import UtcDatetime, View
from contracts.ids import BulkInviteId, InvitationId, OrganisationId, UserId
from contracts.paging import Page


class OrganisationRole(StrEnum):
    """Owners decide about everything, admins about members and looks; there is always an owner."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class SupportTier(StrEnum):
    STANDARD = "standard"
    PRIORITY = "priority"
    PREMIUM = "premium"


class InvitationStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


class BulkInviteStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"


class RowOutcome(StrEnum):
    """What became of a row. Only `invited` sent a mail."""

    WAITING = "waiting"
    INVITED = "invited"
    INVITED_BEFORE = "invited_before"
    MEMBER_ALREADY = "member_already"
    REPEATED = "repeated"
    INVALID = "invalid"


class ContrastView(View):
    """How a colour goes with text: ratios of WCAG 2.2, 1.4.3 (4.5 and more is readable), and the text colour to put on it."""

    colour: str
    on_white: float
    on_black: float
    text: str
    readable_on_white: bool


class BrandingView(View):
    """`contrast` has a line for each colour that is chosen. `logo_asset_id` names an uploaded file."""

    primary_colour: str | None
    accent_colour: str | None
    logo_url: str | None
    logo_asset_id: str | None
    domain: str | None
    domain_verified: bool
    contrast: tuple[ContrastView, ...]


class OrganisationView(View):
    """`my_role` is null for the staff and for programs."""

    id: OrganisationId
    version: int
    name: str
    branding: BrandingView
    support_tier: SupportTier
    my_role: OrganisationRole | None
    created_at: UtcDatetime


class OrganisationsView(View):
    items: tuple[OrganisationView, ...]


class PublicBrandingView(View):
    """What anybody may see who opens an organisation's own domain."""

    organisation_id: OrganisationId
    name: str
    primary_colour: str | None
    accent_colour: str | None
    logo_url: str | None
    logo_asset_id: str | None
    sign_in_provider: str | None


class MemberView(View):
    user_id: UserId
    display_name: str
    role: OrganisationRole
    joined_at: UtcDatetime


class MemberPage(Page[MemberView]):
    pass


class InvitationView(View):
    """`invited_by` is a person, or a program that speaks for the organisation."""

    id: InvitationId
    organisation_id: OrganisationId
    email: str
    role: OrganisationRole
    status: InvitationStatus
    invited_by: str
    sent_at: UtcDatetime
    expires_at: UtcDatetime


class InvitationPage(Page[InvitationView]):
    pass


class DomainView(View):
    """Publish a TXT record of this name and value, then verify."""

    domain: str
    record_name: str
    record_value: str
    verified_at: UtcDatetime | None


class SsoView(View):
    """`provider` stands in `/v1/auth/oauth/{provider}/start`; `redirect_uri` is to be registered there. The secret is never shown."""

    provider: str
    issuer: str
    client_id: str
    redirect_uri: str


class SignInOptionView(View):
    """The provider of the organisation whose domain this address is of; null where there is none."""

    provider: str | None


class BulkInviteView(View):
    """A job. `counts` tells how many rows ended how."""

    id: BulkInviteId
    organisation_id: OrganisationId
    status: BulkInviteStatus
    total: int
    done: int
    counts: dict[RowOutcome, int]
    created_at: UtcDatetime
    finished_at: UtcDatetime | None


class BulkInviteRowView(View):
    """`number` counts from 1, without a CSV's heading."""

    number: int
    email: str
    role: str
    outcome: RowOutcome
    detail: str | None


class BulkInviteRowPage(Page[BulkInviteRowView]):
    pass
