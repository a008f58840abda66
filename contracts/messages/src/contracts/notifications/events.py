"""Facts of notifications. The subject is the person."""

from typing import ClassVar

from contracts.base import Event
from contracts.ids import UserId
from contracts.notifications.views import NotificationView


class _InboxFact(Event):
    source: ClassVar[str] = "notifications"
    subject_field: ClassVar[str] = "user_id"
    user_id: UserId


class NotificationCreated(_InboxFact):
    notification: NotificationView
    unread_count: int


class NotificationsRead(_InboxFact):
    unread_count: int
