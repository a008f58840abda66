"""The secrets of a local platform: keys that sign and the webhook secret, made once, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import OKPKey


@dataclass(frozen=True, slots=True)
class Secrets:
    """`signing_key` is the private Ed25519 key as JWK JSON (RFC 8037), `jwks` the public key set that all others trust."""

    signing_key: str
    jwks: str
    webhook_secret: str
    secrets_key: str
    personal_data_key: str
    evidence_key: str

    @classmethod
    def of(cls, folder: Path) -> Secrets:
        """Those of this folder, made at the first call."""
        signing_key = _kept(folder / "identity-signing-key.json", _new_signing_key)
        webhook_secret = _kept(folder / "stripe-webhook-secret", lambda: f"whsec_{secrets.token_urlsafe(24)}")
        secrets_key = _kept(folder / "identity-secrets-key", lambda: secrets.token_urlsafe(32))
        personal_data_key = _kept(folder / "personal-data-key", lambda: secrets.token_urlsafe(32))
        evidence_key = _kept(folder / "payments-evidence-key.json", _new_signing_key)
        public = OKPKey.import_key(json.loads(signing_key)).as_dict(private=False)
        return cls(signing_key, json.dumps({"keys": [public]}), webhook_secret, secrets_key, personal_data_key, evidence_key)


def _new_signing_key() -> str:
    key = OKPKey.generate_key("Ed25519", {"use": "sig"}, private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def _kept(file: Path, make: Callable[[], str]) -> str:
    """The content of the file; written first, with mode 0600, when it does not exist."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        partial = file.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            output.write(make())
        partial.rename(file)
    return file.read_text()
