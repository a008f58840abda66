"""A record of an attempt to log in, for the eyes of the account's owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from identity.domain.origin import Origin


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a name, no secret
    WRONG_CODE = "wrong_code"
    CODE_MISSING = "code_missing"


@dataclass(frozen=True, slots=True)
class Login:
    id: str
    user_id: str
    at: datetime
    outcome: Outcome
    methods: tuple[str, ...]
    origin: Origin
