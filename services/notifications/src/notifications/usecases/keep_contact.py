"""Keep our copy of who people are and how to reach them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.retry import NotYet
from contracts.identity.events import EmailChanged, EmailVerified, ProfileUpdated, UserRegistered
from notifications.domain.notification import Contact
from notifications.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeepContactHandler:
    """Events of one person may come out of order after a retry: `sequence` tells which profile, and which address, is the newer."""

    unit_of_work: Callable[[], UnitOfWork]

    def registered(self, event: UserRegistered, sequence: int) -> None:
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            work.contacts.add(
                Contact(
                    user_id=event.user_id,
                    version=1,
                    email=event.email,
                    email_verified=False,
                    display_name=event.display_name,
                    locale=event.locale,
                    time_zone=event.time_zone,
                    sequence=sequence,
                    email_sequence=sequence,
                )
            )

    def addressed(self, event: EmailVerified | EmailChanged, sequence: int) -> None:
        """Both tell an address that is proven; mails never go back to one that was left."""
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            contact = self._known(work, event.user_id)
            if sequence > contact.email_sequence:
                work.contacts.save(replace(contact, email=event.email, email_verified=True, email_sequence=sequence))

    def updated(self, event: ProfileUpdated, sequence: int) -> None:
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            contact = self._known(work, event.user_id)
            if sequence > contact.sequence:
                work.contacts.save(
                    replace(contact, display_name=event.display_name, locale=event.locale, time_zone=event.time_zone, sequence=sequence)
                )

    def _known(self, work: UnitOfWork, user_id: str) -> Contact:
        contact = work.contacts.get(user_id)
        if contact is None:
            raise NotYet(user_id)
        return contact
