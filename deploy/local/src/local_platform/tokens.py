"""Access tokens for tests, signed by a key made for the run."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable

from joserfc import jwt
from joserfc.jwk import OKPKey


class TestTokens:
    """Issues what identity would issue; `jwks` is what services must trust to accept it."""

    __test__ = False  # not a test case, in spite of its name

    def __init__(self, signing_key: str | None = None) -> None:
        """With identity's own `signing_key` (JWK JSON) a running platform takes them for identity's."""
        if signing_key is None:
            self._key = OKPKey.generate_key("Ed25519", {"kid": "test", "use": "sig"}, private=True)
        else:
            self._key = OKPKey.import_key(json.loads(signing_key))

    @property
    def signing_key(self) -> str:
        """The private key as JWK JSON, as identity takes it."""
        return json.dumps(self._key.as_dict(private=True))

    @property
    def secrets_key(self) -> str:
        """What identity derives and encrypts with in tests."""
        return "dGVzdHMgYW5kIG5vdGhpbmcgZWxzZSB1c2UgdGhpcyE="

    @property
    def personal_data_key(self) -> str:
        """What the keys of people are wrapped in in tests."""
        return "dGVzdHMgd3JhcCBrZXlzIG9mIHBlb3BsZSBpbiB0aGlzIQ=="

    @property
    def jwks(self) -> str:
        """The public key set as JSON, as every service takes it."""
        return json.dumps({"keys": [self._key.as_dict(private=False)]})

    def issue(
        self,
        user_id: str,
        roles: Iterable[str] = ("solver",),
        *,
        email_verified: bool = True,
        session_id: str | None = None,
        lifetime: float = 900.0,
        authenticated_s_ago: float = 0.0,
        methods: Iterable[str] = ("pwd",),
        **other_claims: object,
    ) -> str:
        """An access token; a negative `lifetime` (seconds) gives one that has expired. `other_claims` are added, or win.

        Somebody who logged in just now, unless `authenticated_s_ago` says otherwise: what is dangerous asks for a step-up.
        """
        now = int(time.time())
        claims = {
            "iss": "openchance",
            "aud": "openchance",
            "sub": user_id,
            "sid": session_id or f"session_{uuid.uuid4().hex}",
            "jti": uuid.uuid4().hex,
            "roles": sorted(str(role) for role in roles),
            "email_verified": email_verified,
            "auth_time": int(now - authenticated_s_ago),
            "amr": list(methods),
            "iat": now,
            "exp": int(now + lifetime),
            **other_claims,
        }
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid, "typ": "JWT"}, claims, self._key, algorithms=["Ed25519"])
