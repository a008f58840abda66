"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import chassis.unit_of_work
from contracts.money import Money
from notifications.domain.invitations import Invitations
from notifications.domain.mail import Mail
from notifications.domain.notification import Contact, Notification
from notifications.domain.preferences import Preferences


class Contacts(Protocol):
    def get(self, user_id: str) -> Contact | None: ...
    def add(self, contact: Contact) -> None: ...
    def save(self, contact: Contact) -> None: ...


class Notifications(Protocol):
    """A person's list. Each method keeps the person's unread count true and gives it back."""

    def add(self, notification: Notification) -> int: ...
    def mark_read(self, user_id: str, ids: Sequence[str] | None, at: datetime) -> int:
        """Mark these, or all when `ids` is None; ids that are not this person's have no effect."""
        ...


class NotificationLists(Protocol):
    """Reading, outside a transaction."""

    def page(self, user_id: str, *, unread: bool, cursor: str | None, limit: int) -> tuple[list[Notification], str | None]: ...
    def unread_count(self, user_id: str) -> int: ...


class AllPreferences(Protocol):
    def of(self, user_id: str) -> Preferences: ...
    def save(self, preferences: Preferences) -> Preferences: ...


class AllInvitations(Protocol):
    """Raises (save): StaleVersion, when another event of the challenge was heeded meanwhile: run again."""

    def of(self, challenge_id: str) -> Invitations: ...
    def save(self, invitations: Invitations) -> None: ...


class Mails(Protocol):
    def add(self, mail: Mail) -> None: ...
    def get(self, mail_id: str) -> Mail | None: ...
    def save(self, mail: Mail) -> Mail: ...


class MailQueue(Protocol):
    def claimable(self, at: datetime, limit: int) -> list[str]:
        """Ids of mails that can be claimed at this moment: those due for longest, then those a clock has put off that was set back."""
        ...


class UnitOfWork(chassis.unit_of_work.UnitOfWork, Protocol):
    contacts: Contacts
    notifications: Notifications
    preferences: AllPreferences
    invitations: AllInvitations
    mails: Mails


@dataclass(frozen=True, slots=True)
class Text:
    """What a person reads: `title` and `body` for the list, a mail in both forms."""

    title: str
    body: str
    mail_text: str
    mail_html: str


class Catalogue(Protocol):
    def render(
        self, kind: str, locale: str, words: Mapping[str, str | Money | datetime], *, name: str, link: str | None, time_zone: str = "UTC"
    ) -> Text:
        """The text of a kind in the person's language (English where it is missing), amounts in its number format.

        Moments are told in the time zone, with its name; in UTC where the zone is not known.
        """
        ...


class MailRefused(Exception):
    """The provider did not take a mail; `for_good` when trying again is of no use (a bad address)."""

    def __init__(self, detail: str, *, for_good: bool) -> None:
        super().__init__(detail)
        self.for_good = for_good


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand a mail to the provider.

        Raises:
            MailRefused: it was not taken.
        """
        ...
