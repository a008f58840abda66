"""Find where the people of a domain log in."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.organisation_views import SignInOptionView
from contracts.identity.organisations import FindSignIn
from identity.domain.account import email_domain
from identity.usecases.organisation_ports import Organisations


@dataclass(frozen=True, slots=True)
class FindSignInHandler:
    organisations: Organisations

    def __call__(self, command: FindSignIn) -> SignInOptionView:
        organisation = self.organisations.of_domain(email_domain(command.email))
        return SignInOptionView(provider=organisation.id if organisation and organisation.sso else None)
