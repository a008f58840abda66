"""What one service is told that runs by itself, for tests and benchmarks."""

from __future__ import annotations

from local_platform.tokens import TestTokens

_READ_PERSONAL_DATA = ("identity", "matching", "notifications", "payments")


def settings_of(name: str, *, amqp_url: str, mongo_url: str, database: str, tokens: TestTokens) -> dict[str, str]:
    """The least that the service starts with, secrets among it."""
    prefix = name.upper()
    return {
        f"{prefix}_AMQP_URL": amqp_url,
        f"{prefix}_MONGO_URL": mongo_url,
        f"{prefix}_MONGO_DATABASE": database,
        f"{prefix}_PRINCIPAL_JWKS": tokens.jwks,
        **(_secrets_of_identity(tokens) if name == "identity" else {}),
        **({f"{prefix}_PERSONAL_DATA_KEYS": tokens.personal_data_key} if name in _READ_PERSONAL_DATA else {}),
        **({"PAYMENTS_EVIDENCE_KEY": tokens.signing_key} if name == "payments" else {}),
    }


def _secrets_of_identity(tokens: TestTokens) -> dict[str, str]:
    """With an object store that nobody answers for: a test that has files gives it a sandbox."""
    return {
        "IDENTITY_SIGNING_KEY": tokens.signing_key,
        "IDENTITY_SECRETS_KEY": tokens.secrets_key,
        "IDENTITY_FILES_ENDPOINT": "http://127.0.0.1:9",
        "IDENTITY_FILES_ACCESS_KEY": "sandbox",
        "IDENTITY_FILES_SECRET_KEY": "sandbox-secret",
    }
