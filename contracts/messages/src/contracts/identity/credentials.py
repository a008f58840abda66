"""What may be asked about API keys and partners' OAuth clients, and the tokens they are traded for."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.base import Command, Done, Name, Query, UtcDatetime, View
from contracts.identity.commands import Secret
from contracts.identity.scopes import Scope
from contracts.identity.views import AccessTokenView
from contracts.ids import ApiKeyId, ClientId, OrganisationId

Scopes = Annotated[tuple[Scope, ...], Field(min_length=1, max_length=20)]
LifeInDays = Annotated[int, Field(ge=1, le=365)]
OverlapSeconds = Annotated[int, Field(ge=0, le=7 * 86_400)]


class ApiKeyView(View):
    """A key as its owner sees it later on: by its first letters. `last_used_at` is true to ten minutes."""

    id: ApiKeyId
    organisation_id: OrganisationId | None
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: UtcDatetime
    expires_at: UtcDatetime
    last_used_at: UtcDatetime | None
    revoked_at: UtcDatetime | None


class NewApiKeyView(ApiKeyView):
    """With the key itself: shown now and never again."""

    key: str


class ApiKeysView(View):
    items: tuple[ApiKeyView, ...]


class ClientView(View):
    """A partner's program, known by its `id` (OAuth's client_id) and a secret."""

    id: ClientId
    organisation_id: OrganisationId
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: UtcDatetime
    expires_at: UtcDatetime
    last_used_at: UtcDatetime | None
    revoked_at: UtcDatetime | None


class NewClientView(ClientView):
    """With the secret itself: shown now and never again."""

    client_secret: str


class ClientsView(View):
    items: tuple[ClientView, ...]


class ClientTokenView(View):
    """RFC 6749, 5.1. `expires_in` is in seconds; `scope` what was granted."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name, no secret
    expires_in: int
    scope: str


class CreateApiKey(Command[NewApiKeyView]):
    """A key of one's own, which may do what its scopes name in one's name; with `organisation_id` one that speaks for the organisation."""

    service: ClassVar[str] = "credentials"
    organisation_id: OrganisationId | None = None
    name: Name
    scopes: Scopes
    expires_in_days: LifeInDays = 90


class ListApiKeys(Query[ApiKeysView]):
    """One's own, or an organisation's; the newest first."""

    service: ClassVar[str] = "credentials"
    organisation_id: OrganisationId | None = None


class RotateApiKey(Command[NewApiKeyView]):
    """A new key in the place of this one, which works for `overlap_s` more; the life of the new one begins now."""

    service: ClassVar[str] = "credentials"
    apikey_id: ApiKeyId
    overlap_s: OverlapSeconds = 86_400


class RevokeApiKey(Command[Done]):
    """It opens nothing any more, from now on."""

    service: ClassVar[str] = "credentials"
    apikey_id: ApiKeyId


class RegisterClient(Command[NewClientView]):
    """A program of a partner organisation; it gets tokens by `POST /v1/oauth/token`."""

    service: ClassVar[str] = "credentials"
    organisation_id: OrganisationId
    name: Name
    scopes: Scopes
    expires_in_days: LifeInDays = 365


class ListClients(Query[ClientsView]):
    service: ClassVar[str] = "credentials"
    organisation_id: OrganisationId


class RotateClientSecret(Command[NewClientView]):
    """A new secret; the one before works for `overlap_s` more."""

    service: ClassVar[str] = "credentials"
    client_id: ClientId
    overlap_s: OverlapSeconds = 86_400


class RevokeClient(Command[Done]):
    service: ClassVar[str] = "credentials"
    client_id: ClientId


class ExchangeApiKey(Command[AccessTokenView]):
    """What the gateway trades a key for: a token that says whom it speaks for and what it may do."""

    service: ClassVar[str] = "credentials"
    key: Secret


class IssueClientToken(Command[ClientTokenView]):
    """OAuth 2.1 client credentials. Without `scope` all that the client was given; `resource` (RFC 8707) can only be this platform."""

    service: ClassVar[str] = "credentials"
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    client_secret: Secret
    scope: Annotated[str, StringConstraints(max_length=500)] | None = None
    resource: Annotated[str, StringConstraints(max_length=200)] | None = None
