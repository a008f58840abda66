"""How organisations become views and facts."""

from __future__ import annotations

from contracts.identity.events import BrandingChanged
from contracts.identity.organisation_views import (
    BrandingView,
    BulkInviteRowView,
    BulkInviteStatus,
    BulkInviteView,
    ContrastView,
    DomainView,
    InvitationView,
    MemberView,
    OrganisationRole,
    OrganisationView,
    PublicBrandingView,
    RowOutcome,
    SsoView,
)
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.colours import Contrast
from identity.domain.organisation import Invitation, Member, Organisation, OwnDomain, Sso

RECORD_NAME = "_openchance"
RECORD_VALUE = "openchance-verification"


def organisation_view(organisation: Organisation, role: OrganisationRole | None) -> OrganisationView:
    return OrganisationView(
        id=organisation.id,
        version=organisation.version,
        name=organisation.name,
        branding=_branding(organisation),
        support_tier=organisation.support_tier,
        my_role=role,
        created_at=organisation.created_at,
    )


def _branding(organisation: Organisation) -> BrandingView:
    looks = organisation.looks
    colours = dict.fromkeys(colour for colour in (looks.primary_colour, looks.accent_colour) if colour is not None)
    return BrandingView(
        primary_colour=looks.primary_colour,
        accent_colour=looks.accent_colour,
        logo_url=looks.logo_url,
        logo_asset_id=looks.logo_asset_id,
        domain=organisation.domain.name if organisation.domain else None,
        domain_verified=organisation.proven_domain is not None,
        contrast=tuple(_contrast(Contrast.of(colour)) for colour in colours),
    )


def _contrast(contrast: Contrast) -> ContrastView:
    return ContrastView(
        colour=contrast.colour,
        on_white=contrast.on_white,
        on_black=contrast.on_black,
        text=contrast.text,
        readable_on_white=contrast.readable_on_white,
    )


def public_branding_view(organisation: Organisation) -> PublicBrandingView:
    looks = organisation.looks
    return PublicBrandingView(
        organisation_id=organisation.id,
        name=organisation.name,
        primary_colour=looks.primary_colour,
        accent_colour=looks.accent_colour,
        logo_url=looks.logo_url,
        logo_asset_id=looks.logo_asset_id,
        sign_in_provider=organisation.id if organisation.sso else None,
    )


def branding_changed(organisation: Organisation) -> BrandingChanged:
    looks = organisation.looks
    return BrandingChanged(
        organisation_id=organisation.id,
        name=organisation.name,
        primary_colour=looks.primary_colour,
        accent_colour=looks.accent_colour,
        logo_url=looks.logo_url,
        logo_asset_id=looks.logo_asset_id,
        domain=organisation.proven_domain,
    )


def member_view(member: Member, display_name: str) -> MemberView:
    return MemberView(user_id=member.user_id, display_name=display_name, role=member.role, joined_at=member.joined_at)


def invitation_view(invitation: Invitation) -> InvitationView:
    return InvitationView(
        id=invitation.id,
        organisation_id=invitation.organisation_id,
        email=invitation.email,
        role=invitation.role,
        status=invitation.status,
        invited_by=invitation.invited_by,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
    )


def domain_view(domain: OwnDomain) -> DomainView:
    return DomainView(
        domain=domain.name,
        record_name=f"{RECORD_NAME}.{domain.name}",
        record_value=f"{RECORD_VALUE}={domain.token}",
        verified_at=domain.verified_at,
    )


def sso_view(organisation: Organisation, sso: Sso, redirect_uri: str) -> SsoView:
    return SsoView(provider=organisation.id, issuer=sso.issuer, client_id=sso.client_id, redirect_uri=redirect_uri)


def bulk_invite_view(job: BulkInvite) -> BulkInviteView:
    return BulkInviteView(
        id=job.id,
        organisation_id=job.organisation_id,
        status=BulkInviteStatus.RUNNING if job.finished_at is None else BulkInviteStatus.FINISHED,
        total=job.total,
        done=job.done,
        counts={RowOutcome(outcome): count for outcome, count in job.counts.items()},
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def bulk_invite_row_view(row: BulkInviteRow) -> BulkInviteRowView:
    return BulkInviteRowView(number=row.number, email=row.email, role=row.role, outcome=row.outcome, detail=row.detail)
