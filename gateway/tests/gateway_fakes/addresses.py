"""Addresses of clients: what one has used up stays so for others with the same Redis."""

from __future__ import annotations

import secrets


def random_address() -> str:
    return f"10.{'.'.join(str(part) for part in secrets.token_bytes(3))}"
