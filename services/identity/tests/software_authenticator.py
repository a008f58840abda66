"""An authenticator in software: makes and shows passkeys as a browser and a security key do together (Web Authentication level 3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

RP_ID = "localhost"
ORIGIN = "http://localhost:8080"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftwareAuthenticator:
    """Holds one passkey. `origin` is the page that the person is on, `verified` whether they showed a finger or a PIN."""

    origin: str = ORIGIN
    rp_id: str = RP_ID
    verified: bool = True
    sign_count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: str = ""

    @property
    def credential_id(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return hashlib.sha256(numbers.x.to_bytes(32, "big")).digest()

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.create answers."""
        self.user_handle = options["user"]["id"]
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose_key()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(_ATTESTED) + attested})
        client = self._client_data("webauthn.create", options["challenge"])
        return self._credential({"clientDataJSON": client, "attestationObject": bytes_to_base64url(attestation)})

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.get answers."""
        self.sign_count += 1
        client, data = self._client_data("webauthn.get", options["challenge"]), self._data(0)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        signature = bytes_to_base64url(self.key.sign(signed, ec.ECDSA(SHA256())))
        response = {"clientDataJSON": client, "authenticatorData": bytes_to_base64url(data), "signature": signature}
        return self._credential({**response, "userHandle": self.user_handle})

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        identifier = bytes_to_base64url(self.credential_id)
        return {"id": identifier, "rawId": identifier, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _client_data(self, kind: str, challenge: str) -> str:
        return bytes_to_base64url(json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode())

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
