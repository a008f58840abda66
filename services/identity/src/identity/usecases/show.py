"""How accounts become views and facts."""

from datetime import datetime

from contracts.identity.administration import AdminAccountView, AuditEntryView
from contracts.identity.events import EmailVerificationRequested, ProfileUpdated, SessionRevoked, StandingChanged, UserRegistered
from contracts.identity.showcase import FilePurpose
from contracts.identity.views import MeView, PublicProfileView
from identity.domain.account import Account
from identity.domain.audit import AuditEntry
from identity.domain.session import RevokeReason, Session
from identity.domain.showcase import Showcase
from identity.usecases.show_showcase import UrlOf, expert_view, portfolio_view


def me_view(account: Account) -> MeView:
    profile = account.profile
    return MeView(
        id=account.id,
        version=account.version,
        email=account.email,
        email_verified=account.email_verified,
        display_name=profile.display_name,
        roles=account.roles,
        headline=profile.headline,
        bio=profile.bio,
        skills=profile.skills,
        languages=profile.languages,
        links=profile.links,
        time_zone=profile.time_zone,
        locale=profile.locale,
        created_at=account.created_at,
    )


def public_profile_view(account: Account, showcase: Showcase, url_of: UrlOf) -> PublicProfileView:
    profile, avatar = account.profile, showcase.of_purpose(FilePurpose.AVATAR)
    return PublicProfileView(
        id=account.id,
        display_name=profile.display_name,
        roles=account.roles,
        headline=profile.headline,
        bio=profile.bio,
        skills=profile.skills,
        languages=profile.languages,
        links=profile.links,
        created_at=account.created_at,
        avatar_url=url_of(avatar.key) if avatar else None,
        portfolio=portfolio_view(showcase, url_of),
        expert=expert_view(showcase.expert),
    )


def user_registered(account: Account) -> UserRegistered:
    return UserRegistered(
        user_id=account.id,
        email=account.email,
        display_name=account.profile.display_name,
        roles=account.roles,
        locale=account.profile.locale,
        time_zone=account.profile.time_zone,
        registered_at=account.created_at,
    )


def email_verification_requested(account: Account, token: str, expires_at: datetime) -> EmailVerificationRequested:
    return EmailVerificationRequested(
        user_id=account.id,
        email=account.email,
        display_name=account.profile.display_name,
        locale=account.profile.locale,
        token=token,
        expires_at=expires_at,
    )


def profile_updated(account: Account) -> ProfileUpdated:
    profile = account.profile
    return ProfileUpdated(
        user_id=account.id,
        display_name=profile.display_name,
        roles=account.roles,
        headline=profile.headline,
        bio=profile.bio,
        skills=profile.skills,
        languages=profile.languages,
        time_zone=profile.time_zone,
        locale=profile.locale,
    )


def session_revoked(session: Session, reason: RevokeReason) -> SessionRevoked:
    return SessionRevoked(user_id=session.user_id, session_id=session.id, reason=reason.value)


def admin_account_view(account: Account, at: datetime) -> AdminAccountView:
    standing = account.standing.at(at)
    return AdminAccountView(
        id=account.id,
        version=account.version,
        email=account.email,
        email_verified=account.email_verified,
        display_name=account.profile.display_name,
        roles=account.roles,
        status=standing.status,
        status_reason=standing.reason,
        suspended_until=standing.until,
        created_at=account.created_at,
    )


def audit_entry_view(entry: AuditEntry) -> AuditEntryView:
    return AuditEntryView(
        id=entry.id,
        service=entry.service,
        actor_id=entry.actor_id,
        action=entry.action,
        target=entry.target,
        reason=entry.reason,
        details=dict(entry.details),
        performed_at=entry.performed_at,
    )


def standing_changed(account: Account, reason: str) -> StandingChanged:
    return StandingChanged(user_id=account.id, status=account.standing.status, reason=reason, until=account.standing.until)
