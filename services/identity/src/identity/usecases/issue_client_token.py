"""Give a partner's program a token (OAuth 2.1, 4.2: client credentials)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.credentials import ClientTokenView, IssueClientToken
from identity.domain.credential import Kind
from identity.domain.credential_errors import ClientInvalid, ScopeNotGranted, TargetUnknown
from identity.domain.tokens import digest
from identity.usecases.make_credential import MakeCredential
from identity.usecases.membership import well_owned
from identity.usecases.organisation_ports import Credentials, Organisations
from identity.usecases.ports import Accounts


@dataclass(frozen=True, slots=True)
class IssueClientTokenHandler:
    accounts: Accounts  # this and the next two outside a transaction
    organisations: Organisations
    kept: Credentials
    credentials: MakeCredential
    resources: frozenset[str]
    now: Callable[[], datetime]

    def __call__(self, command: IssueClientToken) -> ClientTokenView:
        """Raises:
        ClientInvalid: also where nobody in good standing owns its organisation.
        TargetUnknown, ScopeNotGranted.
        """
        at = self.now()
        client = self.kept.get(command.client_id)
        if client is None or client.kind is not Kind.CLIENT or not client.opens(digest(command.client_secret), at):
            raise ClientInvalid
        organisation = self.organisations.get(client.owner_id)
        if organisation is None or not well_owned(self.accounts, organisation, at):
            raise ClientInvalid
        if command.resource is not None and command.resource.rstrip("/") not in self.resources:
            raise TargetUnknown
        scopes = tuple(dict.fromkeys(command.scope.split())) if command.scope is not None else client.scopes
        if not scopes or not set(scopes) <= set(client.scopes):
            raise ScopeNotGranted
        token = self.credentials.tokens.for_organisation(client, scopes)
        self.credentials.used(client)
        return ClientTokenView(access_token=token.access_token, expires_in=token.expires_in, scope=" ".join(scopes))
