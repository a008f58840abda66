"""Referral codes: eight letters that people can read to each other."""

from __future__ import annotations

import secrets

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U
_LENGTH = 8


def new_referral_code() -> str:
    return "".join(secrets.choice(_CROCKFORD) for _ in range(_LENGTH))
