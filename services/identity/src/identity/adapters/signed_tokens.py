"""The tokens that clients carry: access tokens as JWT signed with Ed25519, and opaque ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from contracts.identity.views import AccessTokenView, TokensView
from identity.adapters.sealed import Sealed, derived
from identity.domain.account import Account, email_key
from identity.domain.session import Session
from identity.domain.tokens import digest

ISSUER = AUDIENCE = "openchance"
ACCESS_LIFETIME = timedelta(minutes=15)
_RANDOM_BYTES = 32


class _Ed25519(JWSRegistry):
    """`EdDSA` on the wire, as RFC 8037 names it, held to the curve Ed25519, as RFC 9864 asks."""

    algorithms = {"EdDSA": JWSRegistry.algorithms["Ed25519"]}  # noqa: RUF012 - joserfc declares it without ClassVar


class SignedTokens:
    """The port Tokens."""

    def __init__(self, signing_key: str, sealed: Sealed) -> None:
        """`signing_key` is a private Ed25519 JWK as JSON, or a set of them: the first signs, all are made known by `jwks`.

        Raises:
            ValueError: the key is not a private Ed25519 JWK.
        """
        self._keys = _private_keys(signing_key)
        self._key = self._keys[0]
        self._registry = _Ed25519(algorithms=["EdDSA"])
        self._sealed = sealed
        self._succession = derived(sealed.first, "refresh token succession")

    def new(self) -> str:
        return secrets.token_urlsafe(_RANDOM_BYTES)

    def successor(self, refresh_token: str) -> str:
        return hmac.new(self._succession, refresh_token.encode(), hashlib.sha256).hexdigest()

    def public_keys(self) -> tuple[Mapping[str, Any], ...]:
        # Without `alg`: tokens say EdDSA, which RFC 9864 replaces by Ed25519, and verifiers take either name for this curve.
        named = (key.as_dict(private=False) for key in self._keys)
        return tuple({name: value for name, value in key.items() if name != "alg"} for key in named)

    def device_token(self, email: str) -> str:
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{_device_mac(self._sealed.first, email, nonce)}"

    def device_of(self, device_token: str | None, email: str) -> str | None:
        nonce, _, mac = (device_token or "").partition(".")
        genuine = any(hmac.compare_digest(_device_mac(key, email, nonce).encode(), mac.encode()) for key in self._sealed.keys)
        return digest(nonce) if genuine else None

    def issue(self, account: Account, session: Session, refresh_token: str, at: datetime) -> TokensView:
        access = self.access(account, session, at)
        return TokensView(access_token=access.access_token, refresh_token=refresh_token, expires_in=access.expires_in)

    def access(self, account: Account, session: Session, at: datetime) -> AccessTokenView:
        account.standing.admit(at)  # here, where every way to log in ends
        claims = {
            "sub": account.id,
            "sid": session.id,
            "roles": [role.value for role in account.roles],
            "email_verified": account.email_verified,
            "auth_time": int(session.authenticated_at.timestamp()),
            "amr": list(session.methods),
        }
        token = self.sign(claims, at, ACCESS_LIFETIME)
        return AccessTokenView(access_token=token, expires_in=int(ACCESS_LIFETIME.total_seconds()))

    def sign(self, claims: Mapping[str, Any], at: datetime, lifetime: timedelta, audience: str = AUDIENCE) -> str:
        """These claims, and by whom, for whom and how long they are made."""
        header = {"alg": "EdDSA", "kid": self._key.kid, "typ": "JWT"}
        frame = {"iss": ISSUER, "aud": audience, "iat": int(at.timestamp()), "exp": int((at + lifetime).timestamp())}
        return jwt.encode(header, {**claims, **frame}, self._key, registry=self._registry)


def _private_keys(signing_key: str) -> list[OKPKey]:
    try:
        read = json.loads(signing_key)
        keys = [OKPKey.import_key({**key, "alg": "Ed25519", "use": "sig"}) for key in read.get("keys", [read])]
        if not keys or not all(key.is_private for key in keys):
            raise ValueError("no private key")
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError("IDENTITY_SIGNING_KEY is not a private Ed25519 key as JWK, or a set of them") from error
    for key in keys:
        key.ensure_kid()
    return keys


def _device_mac(key: bytes, email: str, nonce: str) -> str:
    """Bound to the account's address: a device is known to the accounts that were used on it, to no other."""
    return hmac.new(derived(key, "device"), f"{email_key(email)} {nonce}".encode(), hashlib.sha256).hexdigest()
