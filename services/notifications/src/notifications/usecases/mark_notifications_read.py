"""Mark notifications as read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.notifications.commands import MarkNotificationsRead
from contracts.notifications.events import NotificationsRead
from contracts.notifications.views import UnreadCountView
from notifications.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class MarkNotificationsReadHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: MarkNotificationsRead, principal: Principal) -> UnreadCountView:
        """Other devices hear of it by the event, so that the count agrees everywhere."""
        with self.unit_of_work() as work:
            unread = work.notifications.mark_read(principal.user_id, command.ids, self.now())
            work.emit(NotificationsRead(user_id=principal.user_id, unread_count=unread))
            return work.answer(UnreadCountView(unread_count=unread))
