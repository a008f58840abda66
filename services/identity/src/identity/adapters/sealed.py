"""Secrets that must be read again: encrypted with a key that is not in the database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_SHORTEST_KEY = 32  # bytes


class Sealed:
    """AES-128-CBC with HMAC (Fernet). Of several keys the first seals and all open, so that a key can be changed."""

    def __init__(self, keys: str) -> None:
        """`keys` are in base64url, separated by commas, of 32 bytes each.

        Raises:
            ValueError: one is not.
        """
        self._keys = [_key(key) for key in keys.split(",")]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(derived(key, "sealing"))) for key in self._keys])

    @property
    def first(self) -> bytes:
        """The key in use, for what is derived from it."""
        return self._keys[0]

    @property
    def keys(self) -> tuple[bytes, ...]:
        return tuple(self._keys)

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises:
        ValueError: it was sealed with a key that is gone.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise ValueError("sealed with a key that is not among IDENTITY_SECRETS_KEY") from error


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose alone."""
    return hmac.digest(key, f"openchance {purpose}".encode(), hashlib.sha256)


def _key(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip() + "==")
    except (binascii.Error, ValueError) as error:
        raise ValueError("IDENTITY_SECRETS_KEY is not base64url") from error
    if len(key) < _SHORTEST_KEY:
        raise ValueError("IDENTITY_SECRETS_KEY is shorter than 32 bytes")
    return key
