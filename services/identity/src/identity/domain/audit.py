"""The audit log: what the staff did, to whom, and why. Entries are added and read, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`actor_id` is None where an operator acted at the machine."""

    id: str
    service: str
    actor_id: str | None
    action: str
    target: str
    reason: str | None
    performed_at: datetime
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is None does not matter."""

    actor_id: str | None = None
    target: str | None = None
    action: str | None = None
    since: datetime | None = None
    before: datetime | None = None
