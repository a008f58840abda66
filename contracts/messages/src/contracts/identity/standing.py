"""How an account stands with the platform."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """A suspension ends by itself where it has an end; a ban does not."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    BANNED = "banned"
