"""Recovery codes: made, shown once, kept as digests."""

from __future__ import annotations

import secrets

from identity.usecases.check_second_factor import recovery_digest

HOW_MANY = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
_GROUPS, _LENGTH = 4, 6  # 118 bits: too many to guess, so a fast digest does (ASVS 5.0, 6.5.2)


def new_recovery_codes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes as a person sees them, and their digests."""
    codes = tuple("-".join(_group() for _ in range(_GROUPS)) for _ in range(HOW_MANY))
    return codes, tuple(recovery_digest(code) for code in codes)


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
