"""What may be asked of notifications that changes nothing."""

from typing import ClassVar

from contracts.base import Query
from contracts.notifications.views import NotificationPage, PreferencesView
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit


class ListNotifications(Query[NotificationPage]):
    """One's own, newest first, with the count of all unread ones."""

    service: ClassVar[str] = "notifications"
    unread: bool = False
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetPreferences(Query[PreferencesView]):
    service: ClassVar[str] = "notifications"
