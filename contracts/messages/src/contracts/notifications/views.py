"""What notifications shows: a person's notifications and preferences."""

from enum import StrEnum

from contracts.base import UtcDatetime, View
from contracts.ids import NotificationId, UserId
from contracts.paging import Page


class NotificationCategory(StrEnum):
    """`account` is critical: it ignores opt-out."""

    ACCOUNT = "account"
    APPLICATIONS = "applications"
    WORK = "work"
    MONEY = "money"
    MESSAGES = "messages"
    REVIEWS = "reviews"
    MATCHES = "matches"


class Channel(StrEnum):
    IN_APP = "in_app"
    EMAIL = "email"


class NotificationView(View):
    """One thing a person should know. `kind` is the fact's name (`application_accepted`), `link` a path of the API."""

    id: NotificationId
    user_id: UserId
    category: NotificationCategory
    kind: str
    title: str
    body: str
    link: str | None
    read_at: UtcDatetime | None
    created_at: UtcDatetime


class NotificationPage(Page[NotificationView]):
    unread_count: int


class UnreadCountView(View):
    unread_count: int


class PreferenceView(View):
    category: NotificationCategory
    channels: tuple[Channel, ...]


class PreferencesView(View):
    user_id: UserId
    version: int
    preferences: tuple[PreferenceView, ...]
