"""How opaque tokens are kept: only their digest is stored, so that a stolen database opens no account."""

import hashlib


def digest(token: str) -> str:
    """SHA-256 in hexadecimal. Enough for tokens of 256 random bits: there is nothing to guess, so nothing to slow down."""
    return hashlib.sha256(token.encode()).hexdigest()
