"""How API keys and clients become views and facts, and whose they are."""

from __future__ import annotations

from chassis.principal import Principal
from contracts.identity.credentials import ApiKeyView, ClientView, NewApiKeyView, NewClientView
from contracts.identity.events import CredentialCreated
from contracts.identity.organisation_views import OrganisationRole
from identity.domain.credential import Credential, Kind
from identity.domain.credential_errors import CredentialNotFound
from identity.domain.organisation import require_rank
from identity.domain.organisation_errors import OrganisationNotFound
from identity.usecases.membership import role_in
from identity.usecases.ports import UnitOfWork


def owner_for(work: UnitOfWork, principal: Principal, organisation_id: str | None) -> str:
    """Whose a new one would be, or whose are listed.

    Raises:
        OrganisationNotFound, RoleTooLow.
    """
    if organisation_id is None:
        return principal.user_id
    require_rank(role_in(work, organisation_id, principal), OrganisationRole.ADMIN)
    return organisation_id


def credential_of(work: UnitOfWork, principal: Principal, credential_id: str, kind: Kind) -> Credential:
    """Raises:
    CredentialNotFound, RoleTooLow.
    """
    found = work.credentials.get(credential_id)
    if found is None or found.kind is not kind:
        raise CredentialNotFound
    if found.organisation_id is None:
        if found.owner_id != principal.user_id:
            raise CredentialNotFound
        return found
    try:
        owner_for(work, principal, found.organisation_id)
    except OrganisationNotFound as error:
        raise CredentialNotFound from error
    return found


def api_key_view(key: Credential) -> ApiKeyView:
    return ApiKeyView(
        id=key.id,
        organisation_id=key.organisation_id,
        name=key.name,
        prefix=key.prefix,
        scopes=key.scopes,
        created_by=key.created_by,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def new_api_key_view(key: Credential, secret: str) -> NewApiKeyView:
    return NewApiKeyView(**dict(api_key_view(key)), key=secret)


def client_view(client: Credential) -> ClientView:
    return ClientView(
        id=client.id,
        organisation_id=client.owner_id,
        name=client.name,
        prefix=client.prefix,
        scopes=client.scopes,
        created_by=client.created_by,
        created_at=client.created_at,
        expires_at=client.expires_at,
        last_used_at=client.last_used_at,
        revoked_at=client.revoked_at,
    )


def new_client_view(client: Credential, secret: str) -> NewClientView:
    return NewClientView(**dict(client_view(client)), client_secret=secret)


def credential_created(credential: Credential) -> CredentialCreated:
    return CredentialCreated(
        credential_id=credential.id,
        kind=credential.kind.value,
        owner_id=credential.owner_id,
        name=credential.name,
        scopes=credential.scopes,
        created_by=credential.created_by,
    )
