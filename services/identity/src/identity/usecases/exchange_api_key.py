"""Trade an API key for a token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.credentials import ExchangeApiKey
from contracts.identity.views import AccessTokenView
from identity.domain.credential import Kind
from identity.domain.credential_errors import ApiKeyInvalid
from identity.domain.tokens import digest
from identity.usecases.make_credential import MakeCredential
from identity.usecases.membership import well_owned
from identity.usecases.organisation_ports import Credentials, Organisations
from identity.usecases.ports import Accounts


@dataclass(frozen=True, slots=True)
class ExchangeApiKeyHandler:
    accounts: Accounts  # this and the next two outside a transaction
    organisations: Organisations
    kept: Credentials
    credentials: MakeCredential
    now: Callable[[], datetime]

    def __call__(self, command: ExchangeApiKey) -> AccessTokenView:
        """Raises:
        ApiKeyInvalid: unknown, revoked or expired, or nobody in good standing owns the organisation: the same for all.
        AccountSuspended, AccountBanned.
        """
        at, shown = self.now(), digest(command.key)
        key = self.kept.by_digest(shown)
        if key is None or key.kind is not Kind.KEY or not key.opens(shown, at):
            raise ApiKeyInvalid
        if key.organisation_id is not None:
            organisation = self.organisations.get(key.organisation_id)
            if organisation is None or not well_owned(self.accounts, organisation, at):
                raise ApiKeyInvalid
            token = self.credentials.tokens.for_organisation(key, key.scopes)
        else:
            account = self.accounts.get(key.owner_id)
            if account is None:
                raise ApiKeyInvalid
            token = self.credentials.tokens.for_person(account, key)
        self.credentials.used(key)
        return token
