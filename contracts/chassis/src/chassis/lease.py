"""A lease: one process at a time may do a thing to a database, and another takes over soon after it died.

No wall clock is compared with another's. A holder counts from the moment it asked for a renewal; a candidate counts from
the moment it saw the last change of the lease. Each takeover raises `token`: a holder that comes back can neither renew nor release.
This module knows the documents; asking the database is left to whoever holds a lease (migrate waits, relay awaits).
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

COLLECTION = "leases"
LEASE_SECONDS = 5.0
RENEW_SECONDS = 1.0
MARGIN_SECONDS = 0.5  # a holder stops this much earlier than a candidate may start


class LeaseLost(Exception):
    """The lease ran out or was taken over: whoever held it must stop at once."""


def new_owner() -> str:
    """A name that no other owner has, in this process or elsewhere."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"


class Candidate:
    """Waits for one lease: tells when it is free, and what to write to get it."""

    def __init__(self, name: str, owner: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._owner = owner
        self._monotonic = monotonic
        self._seen: tuple[int, int] | None = None
        self._seen_at = 0.0

    def may_claim(self, stored: dict[str, Any] | None) -> bool:
        """Whether the lease is free, as just read: never held, given back, or not renewed for its whole time.

        One that this very owner held is free: whoever waits for a lease has stopped acting on it.
        """
        if stored is None or stored["owner"] in (None, self._owner):
            return True
        state = (stored["token"], stored["heartbeat"])
        if state != self._seen:
            self._seen, self._seen_at = state, self._monotonic()
            return False
        return self._monotonic() - self._seen_at >= LEASE_SECONDS

    def claim(self, stored: dict[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The filter and the update that take the lease if nobody else was quicker (upsert it where none is stored)."""
        if stored is None:
            return {"_id": self._name}, {"$setOnInsert": {"owner": self._owner, "token": 1, "heartbeat": 0}}
        unchanged = {"_id": self._name, "token": stored["token"], "heartbeat": stored["heartbeat"], "owner": stored["owner"]}
        return unchanged, {"$set": {"owner": self._owner, "token": stored["token"] + 1, "heartbeat": 0}}

    def claimed_token(self, stored: dict[str, Any] | None) -> int:
        """The fencing token that goes with a claim on this state."""
        return 1 if stored is None else int(stored["token"]) + 1


class Holding:
    """A held lease: until when it is safe to act on it."""

    def __init__(self, name: str, token: int, asked_at: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.token = token
        self._name = name
        self._monotonic = monotonic
        self.renewed(asked_at)

    def renewed(self, asked_at: float) -> None:
        """A renewal succeeded that was asked for at this (monotonic) moment."""
        self._asked_at = asked_at

    def check(self) -> None:
        """Go on only while the lease holds.

        Raises:
            LeaseLost: it may have run out.
        """
        if self._monotonic() - self._asked_at >= LEASE_SECONDS - MARGIN_SECONDS:
            raise LeaseLost(f"the lease {self._name} was not renewed in time")

    def mine(self) -> dict[str, Any]:
        """The filter for the lease while nobody took it over."""
        return {"_id": self._name, "token": self.token}


RENEWAL: dict[str, Any] = {"$inc": {"heartbeat": 1}}
RELEASE: dict[str, Any] = {"$set": {"owner": None}}
