"""Who asks: access tokens (JWT, Ed25519) verified against identity's public keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypedDict

from cachetools import FIFOCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from contracts.base import Request
from contracts.errors import DomainError, Kind
from contracts.identity.roles import Role
from contracts.identity.scopes import FOR_MACHINES, name_of, needed

ISSUER = AUDIENCE = "openchance"
# Of keys' and programs' tokens: a service of a version that knows no scopes takes them for somebody else's, not for a person's.
DELEGATED = "openchance.delegated"
_CACHED_TOKENS = 4096
_CLOCKS_APART_S = 10  # at most so far may identity's clock be ahead of ours: a token that it has just issued is valid here too
_ROLES = frozenset(Role)
# How long a proof of identity counts for what is dangerous: a payout, an email change, a deletion, an admin's action.
FRESH_FOR = timedelta(minutes=10)
_POSSESSION = frozenset({"otp", "webauthn"})


class Unauthenticated(DomainError):
    """Log in first."""

    kind = Kind.UNAUTHENTICATED
    code = "identity.session.required"


class InvalidToken(Unauthenticated):
    """The access token is not valid or has expired."""

    code = "identity.token.invalid"


class SessionEnded(Unauthenticated):
    """This session has ended: log in again."""

    code = "identity.session.ended"


class StepUpRequired(DomainError):
    """Confirm that it is you: POST /v1/auth/step-up with your password (and your second factor, if you have one), then try again."""

    kind = Kind.FORBIDDEN
    code = "identity.step_up.required"


class ScopeMissing(DomainError):
    """This key may not do that."""

    kind = Kind.FORBIDDEN
    code = "identity.scope.missing"


class PersonRequired(DomainError):
    """Only a person who is logged in may do this: no API key, no program."""

    kind = Kind.FORBIDDEN
    code = "identity.person.required"


class Now(Protocol):
    """The part of a clock that is needed here."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified person, or who speaks in the name of one or of an organisation. `token` is what proved it, to be passed on.

    `authenticated_at` is when they last proved who they are, `methods` how (RFC 8176: pwd, otp; webauthn for a passkey, recovery
    for a recovery code, fed for another provider's word).
    `scopes` is None for a person; an API key, or a partner's program, may do what its scopes name and nothing else. A `machine` speaks for
    an organisation (`organisation_id`) and for no person: its `user_id` is that of no account.
    """

    user_id: str
    session_id: str
    roles: frozenset[Role]
    email_verified: bool
    token: str
    authenticated_at: datetime | None = None
    methods: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    machine: bool = False
    organisation_id: str | None = None

    @property
    def in_person(self) -> bool:
        return self.scopes is None

    def require_person(self) -> None:
        """Raises:
        PersonRequired: a key or a program asks.
        """
        if not self.in_person:
            raise PersonRequired

    def admit(self, request: type[Request[Any]]) -> None:
        """Whether this request may be asked by such a principal at all; what a person may is the service's business.

        Raises:
            PersonRequired: it is for people.
            ScopeMissing: the key was not given what this takes.
        """
        if self.scopes is None:
            return
        scope = needed(request)
        if scope is None or (self.machine and name_of(request) not in FOR_MACHINES):
            raise PersonRequired
        if scope not in self.scopes:
            raise ScopeMissing(f"This key has no scope {scope}.")

    def has(self, role: Role) -> bool:
        return role in self.roles

    @property
    def strong(self) -> bool:
        """Whether more than something known was shown: a one-time password or a passkey."""
        return bool(self.methods & _POSSESSION)

    def fresh(self, at: datetime, within: timedelta = FRESH_FOR) -> bool:
        """Whether they proved who they are shortly before `at`: by logging in or by a step-up."""
        return self.authenticated_at is not None and at - self.authenticated_at < within

    def require_fresh(self, at: datetime, within: timedelta = FRESH_FOR) -> None:
        """For what is dangerous: a stolen access token alone must not do.

        Raises:
            StepUpRequired: the last proof is too old.
            PersonRequired: a key proves nobody's presence.
        """
        self.require_person()
        if not self.fresh(at, within):
            raise StepUpRequired


def key_set(jwks: str) -> KeySet:
    """Read a JSON Web Key Set (RFC 7517).

    Raises:
        ValueError: it is not one.
    """
    try:
        return KeySet.import_key_set(json.loads(jwks))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a JSON Web Key Set") from error


class _Delegation(TypedDict):
    scopes: frozenset[str] | None
    machine: bool
    organisation_id: str | None


def _delegation(claims: Mapping[str, Any]) -> _Delegation:
    """Who names a client is no person, and a client without scopes may do nothing (RFC 9068, 2.2: `sub` is the client's own id where it
    speaks for nobody)."""
    if claims["aud"] == AUDIENCE and "client_id" not in claims and "scope" not in claims:
        return {"scopes": None, "machine": False, "organisation_id": None}
    organisation = claims.get("org")
    return {
        "scopes": frozenset(str(claims.get("scope", "")).split()),
        "machine": claims.get("client_id") == claims["sub"],
        "organisation_id": str(organisation) if organisation is not None else None,
    }


class _Ed25519(JWSRegistry):
    """`EdDSA` on the wire, as RFC 8037 names it, held to the curve Ed25519, as RFC 9864 asks."""

    algorithms = {  # noqa: RUF012 - joserfc declares it so
        "EdDSA": JWSRegistry.algorithms["Ed25519"],
        "Ed25519": JWSRegistry.algorithms["Ed25519"],
    }


class PrincipalVerifier:
    """Verifies access tokens; a token seen before costs a look-up until it expires."""

    def __init__(self, jwks: str, clock: Now) -> None:
        """`jwks` is the public key set as JSON.

        Raises:
            ValueError: it is not a key set.
        """
        self._keys = key_set(jwks)
        self._clock = clock
        self._registry = _Ed25519(algorithms=list(_Ed25519.algorithms))
        self._verified: FIFOCache[str, tuple[Principal, float]] = FIFOCache(_CACHED_TOKENS)

    def verify(self, token: str) -> Principal:
        """Whom this token speaks for.

        Raises:
            InvalidToken: forged, expired, or meant for somebody else.
        """
        now = self._clock.now().timestamp()
        known = self._verified.get(token)
        if known is None:
            known = self._read(token, now)
            self._verified[token] = known
        principal, expires_at = known
        if now >= expires_at:
            self._verified.pop(token, None)
            raise InvalidToken
        return principal

    def _read(self, token: str, now: float) -> tuple[Principal, float]:
        rules = JWTClaimsRegistry(
            now=int(now),
            leeway=_CLOCKS_APART_S,  # for iat and nbf; to what has expired `verify` gives none
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "values": [AUDIENCE, DELEGATED]},
            sub={"essential": True},
            sid={"essential": True},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, self._keys, registry=self._registry).claims
            rules.validate(claims)
            return (
                Principal(
                    user_id=str(claims["sub"]),
                    session_id=str(claims["sid"]),
                    roles=frozenset(Role(role) for role in claims.get("roles", ()) if role in _ROLES),
                    email_verified=claims.get("email_verified") is True,
                    token=token,
                    authenticated_at=datetime.fromtimestamp(claims["auth_time"], UTC) if "auth_time" in claims else None,
                    methods=frozenset(str(method) for method in claims.get("amr", ())),
                    **_delegation(claims),
                ),
                float(claims["exp"]),
            )
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, OSError) as error:
            raise InvalidToken from error
