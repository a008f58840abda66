"""A notification in a person's list, and the person we notify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.notifications.views import NotificationCategory


@dataclass(frozen=True, slots=True)
class Contact:
    """What we know of a person from identity's events. `sequence` is that of the last profile, `email_sequence` of the last address."""

    user_id: str
    version: int
    email: str
    email_verified: bool
    display_name: str
    locale: str
    time_zone: str
    sequence: int
    email_sequence: int = 0


@dataclass(frozen=True, slots=True)
class Notification:
    """One fact told to one person. `fact_id` (the event's id) with the person is unique: nothing is told twice."""

    id: str
    version: int
    user_id: str
    fact_id: str
    category: NotificationCategory
    kind: str
    title: str
    body: str
    link: str | None
    created_at: datetime
    read_at: datetime | None = None
