"""A person's account and the profile others see of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from identity.domain.administration_errors import LastRole, RoleHeld, RoleNotHeld
from identity.domain.errors import ProfileStale
from identity.domain.standing import GOOD, Standing


def email_key(email: str) -> str:
    """What makes two addresses the same person: upper and lower case do not tell accounts apart."""
    return email.lower()


def email_domain(email: str) -> str:
    """The domain of an address as the domain name system has it (RFC 5890, A-labels), and as organisations' are kept: addresses are kept
    with their letters, normalised.
    """
    labels = email_key(email).rpartition("@")[2].split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What is None does not matter."""

    email: str | None = None
    role: Role | None = None
    status: AccountStatus | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person tells of themselves."""

    display_name: str
    time_zone: str
    locale: str
    headline: str | None = None
    bio: str | None = None
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. Each change gives a new value whose `version` is one higher."""

    id: str
    version: int
    email: str
    email_verified: bool
    password_hash: str | None  # None: logs in elsewhere, or with a passkey alone
    roles: tuple[Role, ...]
    profile: Profile
    created_at: datetime
    standing: Standing = GOOD

    def with_email_verified(self) -> Account:
        return replace(self, email_verified=True, version=self.version + 1)

    def with_password(self, password_hash: str) -> Account:
        return replace(self, password_hash=password_hash, version=self.version + 1)

    def with_password_by_mail(self, password_hash: str) -> Account:
        """Chosen with a token that came by mail: that proves the address too."""
        return replace(self.with_password(password_hash), email_verified=True)

    def with_email(self, email: str) -> Account:
        """Another address, which is proven."""
        return replace(self, email=email, email_verified=True, version=self.version + 1)

    def with_profile(self, profile: Profile, expected_version: int | None) -> Account:
        """The account with another profile; itself where nothing changes.

        Raises:
            ProfileStale: it is no longer at the version that the caller saw.
        """
        if expected_version not in (None, self.version):
            raise ProfileStale
        if profile == self.profile:
            return self
        return replace(self, profile=profile, version=self.version + 1)

    def with_standing(self, standing: Standing) -> Account:
        return replace(self, standing=standing, version=self.version + 1)

    def with_role(self, role: Role) -> Account:
        """Raises:
        RoleHeld.
        """
        if role in self.roles:
            raise RoleHeld
        return replace(self, roles=(*self.roles, role), version=self.version + 1)

    def without_role(self, role: Role) -> Account:
        """Raises:
        RoleNotHeld.
        LastRole: a person has at least one.
        """
        if role not in self.roles:
            raise RoleNotHeld
        if len(self.roles) == 1:
            raise LastRole
        return replace(self, roles=tuple(held for held in self.roles if held is not role), version=self.version + 1)
