"""Making ids: TypeIDs, a prefix and a UUIDv7 in Crockford's base 32 (TypeID specification 0.3). Sortable by time, safe to show."""

from __future__ import annotations

import re
from uuid import UUID

from uuid_utils.compat import uuid7

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_SUFFIX_LENGTH = 26  # 130 bits for 128: the first character is at most 7
_PREFIX = re.compile(r"[a-z](?:[a-z_]{0,61}[a-z])?")
_SUFFIX = re.compile(rf"[0-7][{_ALPHABET}]{{25}}")


def new_id(prefix: str) -> str:
    """A new id of this kind: `new_id("challenge")` → `challenge_01h455vb4pex5vsknk084sn02q`.

    Raises:
        ValueError: the prefix is not lower-case letters and inner underscores, or longer than 63.
    """
    return encode_id(prefix, uuid7())


def encode_id(prefix: str, uuid: UUID) -> str:
    """The TypeID of a UUID.

    Raises:
        ValueError: the prefix breaks the specification.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"not a TypeID prefix: {prefix!r}")
    number = uuid.int
    characters = [_ALPHABET[number >> shift & 31] for shift in range(5 * (_SUFFIX_LENGTH - 1), -1, -5)]
    return f"{prefix}_{''.join(characters)}"


def decode_id(type_id: str) -> tuple[str, UUID]:
    """The prefix and the UUID of a TypeID.

    Raises:
        ValueError: it is not a TypeID.
    """
    prefix, _, suffix = type_id.rpartition("_")
    if not _PREFIX.fullmatch(prefix) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"not a TypeID: {type_id!r}")
    number = 0
    for character in suffix:
        number = number << 5 | _VALUES[character]
    return prefix, UUID(int=number)
