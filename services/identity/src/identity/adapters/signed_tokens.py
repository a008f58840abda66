"""The tokens that clients carry: access tokens as JWT signed with Ed25519, and opaque ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from contracts.identity.views import AccessTokenView, TokensView
from identity.domain.account import Account
from identity.domain.session import Session

ISSUER = AUDIENCE = "openchance"
ACCESS_LIFETIME = timedelta(minutes=15)
_RANDOM_BYTES = 32


class _Ed25519(JWSRegistry):
    """`EdDSA` on the wire, as RFC 8037 names it, held to the curve Ed25519, as RFC 9864 asks."""

    algorithms = {"EdDSA": JWSRegistry.algorithms["Ed25519"]}  # noqa: RUF012 - joserfc declares it without ClassVar


class SignedTokens:
    """The port Tokens. `signing_key` is a private Ed25519 JWK as JSON."""

    def __init__(self, signing_key: str) -> None:
        """Raises:
        ValueError: the key is not a private Ed25519 JWK.
        """
        try:
            key = OKPKey.import_key({**json.loads(signing_key), "alg": "Ed25519"})
            seed = key.as_dict(private=True)["d"]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ValueError("IDENTITY_SIGNING_KEY is not a private Ed25519 key as JWK") from error
        key.ensure_kid()
        self._key = key
        self._registry = _Ed25519(algorithms=["EdDSA"])
        self._succession = hmac.digest(str(seed).encode(), b"openchance refresh token succession", "sha256")

    def new(self) -> str:
        return secrets.token_urlsafe(_RANDOM_BYTES)

    def successor(self, refresh_token: str) -> str:
        return hmac.new(self._succession, refresh_token.encode(), hashlib.sha256).hexdigest()

    def issue(self, account: Account, session: Session, refresh_token: str, at: datetime) -> TokensView:
        access = self.access(account, session, at)
        return TokensView(access_token=access.access_token, refresh_token=refresh_token, expires_in=access.expires_in)

    def access(self, account: Account, session: Session, at: datetime) -> AccessTokenView:
        header = {"alg": "EdDSA", "kid": self._key.kid, "typ": "JWT"}
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account.id,
            "sid": session.id,
            "roles": [role.value for role in account.roles],
            "email_verified": account.email_verified,
            "auth_time": int(session.authenticated_at.timestamp()),
            "amr": list(session.methods),
            "iat": int(at.timestamp()),
            "exp": int((at + ACCESS_LIFETIME).timestamp()),
        }
        token = jwt.encode(header, claims, self._key, registry=self._registry)
        return AccessTokenView(access_token=token, expires_in=int(ACCESS_LIFETIME.total_seconds()))
