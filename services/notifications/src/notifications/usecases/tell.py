"""Tell people of a fact: a row in their list, and a mail where they want one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.retry import NotYet
from contracts.notifications.events import NotificationCreated
from contracts.notifications.views import Channel
from notifications.domain.facts import Fact
from notifications.domain.notification import Notification
from notifications.usecases.ports import Catalogue, Text, UnitOfWork
from notifications.usecases.views import notification_view
from notifications.usecases.writing import written


@dataclass(frozen=True, slots=True)
class TellHandler:
    unit_of_work: Callable[[], UnitOfWork]
    catalogue: Catalogue
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, facts: Sequence[Fact], fact_id: str) -> None:
        """Record one notification for each person and fact, with its mail, in one transaction.

        Raises:
            NotYet: identity has not told us yet who the person is.
        """
        if not facts:
            return
        with self.unit_of_work() as work:
            for fact in facts:
                self.within(work, fact, fact_id)

    def within(self, work: UnitOfWork, fact: Fact, fact_id: str) -> None:
        """The same for one of them, in a transaction that goes on.

        Raises:
            NotYet: identity has not told us yet who the person is.
        """
        if work.erased(fact.recipient_id):
            return
        contact = work.contacts.get(fact.recipient_id)
        if contact is None:
            raise NotYet(fact.recipient_id)
        channels = work.preferences.of(contact.user_id).channels(fact.category)
        text = self.catalogue.render(
            fact.kind, contact.locale, fact.words, name=contact.display_name, link=fact.link, time_zone=contact.time_zone
        )
        if Channel.IN_APP in channels:
            self._list(work, fact, fact_id, text)
        if Channel.EMAIL in channels and contact.email_verified:
            mail_id = self.new_id("mail")
            work.mails.add(written(text, mail_id, user_id=contact.user_id, to=contact.email, at=self.now(), to_contact=True))

    def _list(self, work: UnitOfWork, fact: Fact, fact_id: str, text: Text) -> None:
        notification = Notification(
            id=self.new_id("notification"),
            version=1,
            user_id=fact.recipient_id,
            fact_id=fact_id,
            category=fact.category,
            kind=fact.kind,
            title=text.title,
            body=text.body,
            link=fact.link,
            created_at=self.now(),
        )
        unread = work.notifications.add(notification)
        work.emit(NotificationCreated(user_id=fact.recipient_id, notification=notification_view(notification), unread_count=unread))
