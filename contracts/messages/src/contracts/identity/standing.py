"""How an account stands with the platform."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class AccountStatus(StrEnum):
    """A suspension ends by itself where it has an end; a ban does not."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    BANNED = "banned"

    def at(self, moment: datetime, until: datetime | None) -> AccountStatus:
        """What is in force at a moment, when this one has this end (None: no end)."""
        over = self is AccountStatus.SUSPENDED and until is not None and moment >= until
        return AccountStatus.ACTIVE if over else self
