"""Released money whose transfer waits until the person it is for has an account that can take it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A release, whose money it is, and how much in minor units of the escrow's currency."""

    saga_id: str
    payee_id: str
    net: int
