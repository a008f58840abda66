"""Signed bundles: a zip whose manifest names every file by its hash, and an Ed25519 signature over the manifest."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can tell: a bundle does not depend on when it was made
_MODE = 0o644 << 16


class Ed25519Sealer:
    """`key` is a private Ed25519 key as JWK JSON (RFC 8037). Ed25519 is deterministic, and so is the zip."""

    def __init__(self, key: str) -> None:
        """Raises:
        ValueError: it is no such key.
        """
        try:
            self._jwk = OKPKey.import_key(json.loads(key))
            private = self._jwk.get_op_key("sign")
        except Exception as error:
            raise ValueError("the evidence key is no private Ed25519 key in JWK form") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("the evidence key is no private Ed25519 key in JWK form")
        self._private = private

    def keys(self) -> tuple[dict[str, Any], ...]:
        return (self._public(),)

    def bundle(self, about: Mapping[str, Any], files: Sequence[tuple[str, bytes]], omissions: Sequence[str]) -> bytes:
        listed = [{"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files]
        manifest = _json({**about, "files": listed, "omissions": list(omissions)})
        signature = base64.urlsafe_b64encode(self._private.sign(manifest)).rstrip(b"=").decode()
        signed = _json({"algorithm": "Ed25519", "signature": signature, "key": self._public()})
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for name, content in (("manifest.json", manifest), ("signature.json", signed), *files):
                entry = zipfile.ZipInfo(name, _MOMENT)
                entry.external_attr, entry.create_system, entry.compress_type = _MODE, 3, zipfile.ZIP_DEFLATED
                archive.writestr(entry, content, compresslevel=6)
        return written.getvalue()

    def _public(self) -> dict[str, Any]:
        public = cast("dict[str, Any]", self._jwk.as_dict(private=False))
        return {name: public[name] for name in ("kty", "crv", "x")} | {"use": "sig", "kid": self._jwk.thumbprint()}


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
