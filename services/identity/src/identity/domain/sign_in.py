"""Logging in elsewhere: providers that vouch for people, and which of their people is which of our accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from identity.domain.account import email_domain


class Protocol(StrEnum):
    OIDC = "oidc"
    GITHUB = "github"  # OAuth 2.0 alone: no ID token, the person is asked for over the API


@dataclass(frozen=True, slots=True)
class Provider:
    """`name` stands in our URLs; `issuer` is where discovery begins, of GitHub the address of its pages; `api` that of GitHub's API.

    An organisation's own provider has the organisation's id for its name, and vouches for addresses of `domain` alone. One that is
    `guarded` is asked only where it is in the public internet.
    """

    name: str
    protocol: Protocol
    issuer: str
    client_id: str
    client_secret: str
    api: str = ""
    domain: str | None = None
    guarded: bool = False

    def vouches_for(self, email: str) -> bool:
        """Whether its word on this address counts: whoever runs a provider of their own could vouch for anybody's."""
        return self.domain is None or email_domain(email) == self.domain


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for. Only `subject` is theirs for good: an address can go to somebody else."""

    subject: str
    email: str | None
    email_verified: bool
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """An account of ours and a person of a provider's. Links from before issuers were kept have none."""

    provider: str
    subject: str
    user_id: str
    linked_at: datetime
    issuer: str | None = None

    @property
    def id(self) -> str:
        return link_id(self.provider, self.subject)

    def holds_for(self, provider: Provider) -> bool:
        """Whether the provider still speaks of the same people: issuer and subject together name one (OpenID Connect Core 1.0, 5.7).

        An organisation names another issuer as it likes, whose subjects are other people; the operator's providers stay who they are.
        """
        return self.issuer == provider.issuer or (self.issuer is None and provider.domain is None)


def link_id(provider: str, subject: str) -> str:
    """Subjects are unique within a provider alone (ASVS 5.0, 6.8.1)."""
    return f"{provider} {subject}"
