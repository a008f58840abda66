"""A key for each person: what is personal in events and documents is encrypted with it, and unreadable wherever it lies once it is gone.

The key is random, and is kept by identity alone, wrapped in the platform's master key (envelope encryption). AES-256-GCM (NIST SP
800-38D) with random nonces; what is encrypted is bound to the person's id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.base import Event

E = TypeVar("E", bound=Event)
_SEALED = "sealed:1:"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class Unreadable(ValueError):
    """This was not encrypted with this key, or was changed since."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    user_id: str
    raw: bytes

    @classmethod
    def new(cls, user_id: str) -> PersonKey:
        return cls(user_id, secrets.token_bytes(_KEY_BYTES))

    def seal(self, text: str) -> str:
        return f"{_SEALED}{self.user_id}:{_text(_encrypted(self.raw, text.encode(), self.user_id))}"

    def open(self, sealed: str) -> str:
        """Raises: Unreadable."""
        return _decrypted(self.raw, _bytes(sealed.rpartition(":")[2]), self.user_id).decode()


class MasterKeys:
    """What keys of people are wrapped in: 32 random bytes in base64url; of several, separated by commas, the first wraps and all open."""

    def __init__(self, keys: str) -> None:
        """Raises: ValueError: one is not a key."""
        self._keys = [hmac.digest(_key(key), b"openchance wrapping keys of people", hashlib.sha256) for key in keys.split(",")]

    def wrap(self, key: PersonKey) -> str:
        return _text(_encrypted(self._keys[0], key.raw, key.user_id))

    def unwrap(self, user_id: str, wrapped: str) -> PersonKey:
        """Raises: Unreadable."""
        for master in self._keys:
            try:
                return PersonKey(user_id, _decrypted(master, _bytes(wrapped), user_id))
            except Unreadable:
                continue
        raise Unreadable("wrapped in a master key that is gone")


def sealed(event: E, key: PersonKey) -> E:
    """The event with its personal fields encrypted; their types stay, so its schema does."""
    return event.model_copy(update={name: _each(getattr(event, name), key) for name in event.personal})


def people_in(body: Mapping[str, Any]) -> set[str]:
    """Whose sealed fields an event's body holds."""
    return {text.split(":")[2] for value in body.values() for text in _texts(value)}


def opened(body: dict[str, Any], keys: Mapping[str, PersonKey | None]) -> dict[str, Any]:
    """The body with its sealed fields decrypted; empty where the person's key is gone.

    Raises: Unreadable.
    """

    def read(text: Any) -> Any:
        if not _is_sealed(text):
            return text
        key = keys.get(text.split(":")[2])
        return "" if key is None else key.open(text)

    return {name: [read(one) for one in value] if isinstance(value, list) else read(value) for name, value in body.items()}


def _each(value: Any, key: PersonKey) -> Any:
    if isinstance(value, str):
        return key.seal(value)
    return tuple(key.seal(one) for one in value) if value is not None else None


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if _is_sealed(one)]


def _is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_SEALED)


def _encrypted(key: bytes, data: bytes, user_id: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, user_id.encode())


def _decrypted(key: bytes, data: bytes, user_id: str) -> bytes:
    try:
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], user_id.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable("encrypted with another key, or changed") from error


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("not encrypted by us") from error


def _key(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip() + "==")
    except (binascii.Error, ValueError) as error:
        raise ValueError("the master key is not base64url") from error
    if len(key) < _KEY_BYTES:
        raise ValueError("the master key is shorter than 32 bytes")
    return key
