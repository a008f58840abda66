"""How identity refuses about API keys and clients: rules that can say no, with their stable codes."""

from contracts.errors import DomainError, FieldError, Kind


class ApiKeyInvalid(DomainError):
    """This API key is unknown, revoked or expired."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.api_key.invalid"


class ClientInvalid(DomainError):
    """This client is unknown, revoked, or its secret is wrong or expired."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.client.invalid"


class ScopeNotGranted(DomainError):
    """The client was not given these scopes."""

    kind = Kind.INVALID
    code = "identity.client.invalid_scope"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/scope", detail="names what the client was not given"),))


class TargetUnknown(DomainError):
    """Tokens are issued for this platform alone."""

    kind = Kind.INVALID
    code = "identity.client.invalid_target"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/resource", detail="is not this platform"),))


class CredentialNotFound(DomainError):
    """You have no such key."""

    kind = Kind.NOT_FOUND
    code = "identity.credential.not_found"


class CredentialRevoked(DomainError):
    """It was revoked: make a new one."""

    kind = Kind.CONFLICT
    code = "identity.credential.revoked"


class TooManyCredentials(DomainError):
    """Revoke one first: twenty are the most."""

    kind = Kind.CONFLICT
    code = "identity.credential.too_many"


class ScopeForPeople(DomainError):
    """A program that speaks for an organisation cannot have this scope."""

    kind = Kind.INVALID
    code = "identity.credential.scope_for_people"

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(fields=(FieldError(pointer="/scopes", detail=f"{', '.join(scopes)}: for people alone"),))
