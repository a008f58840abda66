"""Show a person's notifications."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.notifications.queries import ListNotifications
from contracts.notifications.views import NotificationPage
from notifications.usecases.ports import NotificationLists
from notifications.usecases.views import notification_view


@dataclass(frozen=True, slots=True)
class ListNotificationsHandler:
    lists: NotificationLists

    def __call__(self, query: ListNotifications, principal: Principal) -> NotificationPage:
        """The caller's own, newest first, with the count of all unread ones."""
        rows, cursor = self.lists.page(principal.user_id, unread=query.unread, cursor=query.cursor, limit=query.limit)
        count = self.lists.unread_count(principal.user_id)
        return NotificationPage(items=tuple(map(notification_view, rows)), next_cursor=cursor, unread_count=count)
