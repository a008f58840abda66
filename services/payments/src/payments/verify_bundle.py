"""Checks a signed evidence bundle offline: `python -m payments.verify_bundle FILE [--keys KEYS]`.

Apart from Ed25519 itself it needs nothing but Python, and like `verify_proof` it shares no code with the service.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from payments.verify_proof import ProofBroken, verify

FORMAT = "openchance-evidence/1"
LARGEST_BYTES = 100_000_000  # unpacked: a bundle is never near it, a bomb is far beyond
HOLDS, BROKEN, UNREADABLE, UNKNOWN_KEY = 0, 1, 2, 3


class BundleBroken(Exception):
    """The bundle was changed, or contradicts itself; the message says where."""


def verify_bundle(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The manifest and the public key (JWK) that signed it, once everything fits together.

    Raises:
        BundleBroken: a file was changed, put in or left out, the signature is not the key's, or the escrow's proof does not hold.
        OSError, zipfile.BadZipFile: it cannot be read.
    """
    files = _unpacked(file)
    try:
        signed = json.loads(files["signature.json"])
        _check_signature(files["manifest.json"], signed)
        manifest = json.loads(files["manifest.json"])
        if manifest["format"] != FORMAT:
            raise BundleBroken(f"its format is {manifest['format']}, not {FORMAT}")
        _check_files(manifest, files)
        _check_content(manifest, files)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleBroken(f"it is not an evidence bundle: {error!r}") from error
    return manifest, signed["key"]


def _unpacked(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len({entry.filename for entry in entries}) != len(entries):
            raise BundleBroken("a file is in it twice")
        if sum(entry.file_size for entry in entries) > LARGEST_BYTES:
            raise BundleBroken("it is too large to be an evidence bundle")
        return {entry.filename: archive.read(entry) for entry in entries}


def _check_signature(manifest: bytes, signed: dict[str, Any]) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(_decoded(signed["key"]["x"]))
        key.verify(_decoded(signed["signature"]), manifest)
    except InvalidSignature:
        raise BundleBroken("the signature is not of this manifest and this key") from None


def _check_files(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    listed = {entry["name"]: entry for entry in manifest["files"]}
    there = files.keys() - {"manifest.json", "signature.json"}
    if missing := sorted(listed.keys() - there):
        raise BundleBroken(f"{missing[0]} is missing")
    if added := sorted(there - listed.keys()):
        raise BundleBroken(f"{added[0]} is not in the manifest")
    for name, entry in listed.items():
        content = files[name]
        if len(content) != entry["size"] or hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise BundleBroken(f"{name} was changed")


def _check_content(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    """What the files say must fit: the dispute and the proof are those the manifest names, documents add up."""
    dispute, proof = json.loads(files["dispute.json"]), json.loads(files["proof.json"])
    if (dispute["id"], dispute["escrow_id"], proof["escrow_id"]) != (manifest["dispute_id"], manifest["escrow_id"], manifest["escrow_id"]):
        raise BundleBroken("the dispute and the proof are of different escrows")
    try:
        verify(proof)
    except ProofBroken as broken:
        raise BundleBroken(f"proof.json does not hold: {broken}") from broken
    for name in sorted(files):
        if name.startswith("documents/"):
            document = json.loads(files[name])
            parts = [row["amount"]["amount_minor"] for row in (*document["lines"], *document["taxes"])]
            if sum(parts) != document["total"]["amount_minor"]:
                raise BundleBroken(f"{name} does not add up")


def thumbprint(key: dict[str, Any]) -> str:
    """The key's name (RFC 7638)."""
    named = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(named.encode()).digest()).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main(arguments: list[str]) -> int:
    """0 where it holds and a known key has signed it, 1 where it is broken, 2 where it cannot be read, 3 where nobody knows the key."""
    parser = argparse.ArgumentParser(prog="verify-bundle", description="Check an evidence bundle offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, help="the platform's keys, as GET /v1/evidence-keys answers them")
    given = parser.parse_args(arguments)
    try:
        known = None if given.keys is None else {thumbprint(key) for key in json.loads(given.keys.read_text("utf-8"))["keys"]}
        manifest, key = verify_bundle(given.file)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"cannot read it: {error}\n")
        return UNREADABLE
    except BundleBroken as broken:
        sys.stdout.write(f"BROKEN: {broken}\n")
        return BROKEN
    name = thumbprint(key)
    if known is not None and name not in known:
        sys.stdout.write(f"BROKEN: it is signed by {name}, which is none of the platform's keys\n")
        return BROKEN
    told = f"{manifest['dispute_id']}, {len(manifest['files'])} files, as of {manifest['as_of']}, made for {manifest['made_for']}"
    if known is None:
        sys.stdout.write(f"WHOLE, BUT WHOSE? {told}; signed by {name}: say --keys to know whether that is the platform\n")
        return UNKNOWN_KEY
    sys.stdout.write(f"OK: {told}; signed by {name}\n")
    return HOLDS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
