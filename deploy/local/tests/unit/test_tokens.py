"""The tokens that tests use are such as the chassis accepts."""

from __future__ import annotations

import json

from joserfc import jwt
from joserfc.jwk import KeySet

from local_platform.tokens import TestTokens


def test_a_token_is_signed_by_the_published_key() -> None:
    tokens = TestTokens()
    token = jwt.decode(
        tokens.issue("user_1", roles=("challenger", "solver"), email_verified=False),
        KeySet.import_key_set(json.loads(tokens.jwks)),
        algorithms=["Ed25519"],
    )
    assert token.claims["sub"] == "user_1"
    assert token.claims["roles"] == ["challenger", "solver"]
    assert token.claims["email_verified"] is False


def test_the_published_key_set_holds_no_private_key() -> None:
    assert "d" not in json.loads(TestTokens().jwks)["keys"][0]
