"""The secrets of a local platform: keys that sign, the webhook secret and passwords, made once, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from joserfc.jwk import OKPKey

from chassis.access.broker import ADMINISTRATOR, USERS


@dataclass(frozen=True, slots=True)
class Secrets:
    """`signing_key` is the private Ed25519 key as JWK JSON (RFC 8037), `jwks` the public key set that all others trust.

    `passwords` are those of the users of broker and databases.
    """

    signing_key: str
    jwks: str
    webhook_secret: str
    secrets_key: str
    personal_data_key: str
    evidence_key: str
    passwords: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Secrets:
        """Those of this folder, made at the first call."""
        signing_key = _kept(folder / "identity-signing-key.json", _new_signing_key)
        webhook_secret = _kept(folder / "stripe-webhook-secret", lambda: f"whsec_{secrets.token_urlsafe(24)}")
        secrets_key = _kept(folder / "identity-secrets-key", lambda: secrets.token_urlsafe(32))
        personal_data_key = _kept(folder / "personal-data-key", lambda: secrets.token_urlsafe(32))
        evidence_key = _kept(folder / "payments-evidence-key.json", _new_signing_key)
        public = OKPKey.import_key(json.loads(signing_key)).as_dict(private=False)
        passwords = {name: _kept(folder / f"password-{name}", lambda: secrets.token_urlsafe(24)) for name in (*USERS, ADMINISTRATOR)}
        return cls(signing_key, json.dumps({"keys": [public]}), webhook_secret, secrets_key, personal_data_key, evidence_key, passwords)


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
