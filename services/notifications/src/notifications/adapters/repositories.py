"""The ports of notifications on MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection, StaleVersion
from contracts.notifications.views import Channel, NotificationCategory
from notifications.adapters.documents import (
    ContactDocument,
    InvitationsDocument,
    MailDocument,
    NotificationDocument,
    PreferencesDocument,
    UnreadDocument,
)
from notifications.domain.invitations import Invitations
from notifications.domain.mail import Mail, MailStatus
from notifications.domain.notification import Contact, Notification
from notifications.domain.preferences import Preferences


class MongoContacts:
    def __init__(self, session: ClientSession) -> None:
        self._rows = DocumentCollection(ContactDocument, session)

    def get(self, user_id: str) -> Contact | None:
        row = self._rows.get(user_id)
        return row and Contact(
            user_id=row.id,
            version=row.version,
            email=row.email,
            email_verified=row.email_verified,
            display_name=row.display_name,
            locale=row.locale,
            time_zone=row.time_zone,
            sequence=row.sequence,
            email_sequence=row.email_sequence,
        )

    def add(self, contact: Contact) -> None:
        self._rows.insert(self._document(contact))

    def save(self, contact: Contact) -> None:
        self._rows.replace(self._document(contact), expected_version=contact.version)

    @staticmethod
    def _document(contact: Contact) -> ContactDocument:
        return ContactDocument(
            id=contact.user_id,
            version=contact.version,
            email=contact.email,
            email_verified=contact.email_verified,
            display_name=contact.display_name,
            locale=contact.locale,
            time_zone=contact.time_zone,
            sequence=contact.sequence,
            email_sequence=contact.email_sequence,
        )


class MongoNotifications:
    """A person's list with its unread count: the count's document is the lock that keeps both true together."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(NotificationDocument, session)
        self._counts = DocumentCollection(UnreadDocument, session)
        self._session = session

    def add(self, notification: Notification) -> int:
        self._rows.insert(self._document(notification))
        return self._change_count(notification.user_id, +1)

    def mark_read(self, user_id: str, ids: Sequence[str] | None, at: datetime) -> int:
        if ids is None:
            return self._mark_all(user_id, at)
        chosen = [self._rows.get(notification_id) for notification_id in dict.fromkeys(ids)]
        unread = [row for row in chosen if row is not None and row.user_id == user_id and row.unread]
        for row in unread:
            row.read_at, row.unread = at, False
            self._rows.replace(row, expected_version=row.version)
        return self._change_count(user_id, -len(unread))

    def page(self, user_id: str, *, unread: bool, cursor: str | None, limit: int) -> tuple[list[Notification], str | None]:
        query: dict[str, object] = {"user_id": user_id} | ({"unread": True} if unread else {})
        rows, following = self._rows.page(query, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [self._notification(row) for row in rows], following

    def unread_count(self, user_id: str) -> int:
        row = self._counts.get(user_id)
        return row.unread if row else 0

    def _mark_all(self, user_id: str, at: datetime) -> int:
        """The count first, as it is the lock: who wants it meanwhile is turned away at once, and thousands of rows are one write."""
        left = self._change_count(user_id, -self.unread_count(user_id))
        rows = NotificationDocument._get_collection()
        read = {"$set": {"read_at": at, "unread": False}, "$inc": {"version": 1}}
        rows.update_many({"user_id": user_id, "unread": True}, read, session=self._session)
        return left

    def _change_count(self, user_id: str, by: int) -> int:
        row = self._counts.get(user_id)
        if row is None:
            row = UnreadDocument(id=user_id, version=1, unread=by)
            self._counts.insert(row)
        elif by:
            row.unread += by
            self._counts.replace(row, expected_version=row.version)
        return int(row.unread)

    @staticmethod
    def _document(notification: Notification) -> NotificationDocument:
        return NotificationDocument(
            id=notification.id,
            version=notification.version,
            user_id=notification.user_id,
            fact_id=notification.fact_id,
            category=notification.category.value,
            kind=notification.kind,
            title=notification.title,
            body=notification.body,
            link=notification.link,
            created_at=notification.created_at,
            read_at=notification.read_at,
            unread=notification.read_at is None,
        )

    @staticmethod
    def _notification(row: NotificationDocument) -> Notification:
        return Notification(
            id=row.id,
            version=row.version,
            user_id=row.user_id,
            fact_id=row.fact_id,
            category=NotificationCategory(row.category),
            kind=row.kind,
            title=row.title,
            body=row.body,
            link=row.link,
            created_at=row.created_at,
            read_at=row.read_at,
        )


class MongoPreferences:
    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(PreferencesDocument, session)

    def of(self, user_id: str) -> Preferences:
        row = self._rows.get(user_id)
        if row is None:
            return Preferences(user_id=user_id)
        chosen = {NotificationCategory(category): frozenset(map(Channel, channels)) for category, channels in row.chosen.items()}
        return Preferences(user_id=user_id, version=row.version, chosen=chosen)

    def save(self, preferences: Preferences) -> Preferences:
        saved = replace(preferences, version=preferences.version + 1)
        chosen = {category.value: sorted(channels) for category, channels in saved.chosen.items()}
        row = PreferencesDocument(id=saved.user_id, version=saved.version, chosen=chosen)
        if preferences.version == 0:
            self._insert(row)
        else:
            self._rows.replace(row, expected_version=preferences.version)
        return saved

    def _insert(self, row: PreferencesDocument) -> None:
        try:
            self._rows.insert(row)
        except DuplicateKeyError as error:
            raise StaleVersion from error  # somebody's first choice came first: run again and see it


class MongoInvitations:
    def __init__(self, session: ClientSession) -> None:
        self._rows = DocumentCollection(InvitationsDocument, session)

    def of(self, challenge_id: str) -> Invitations:
        row = self._rows.get(challenge_id)
        return Invitations(challenge_id, row.version, row.sequence, frozenset(row.told_user_ids)) if row else Invitations(challenge_id)

    def save(self, invitations: Invitations) -> None:
        row = InvitationsDocument(
            id=invitations.challenge_id,
            version=invitations.version + 1,
            sequence=invitations.sequence,
            told_user_ids=sorted(invitations.told_user_ids),
        )
        if invitations.version:
            self._rows.replace(row, expected_version=invitations.version)
            return
        try:
            self._rows.insert(row)
        except DuplicateKeyError as error:
            raise StaleVersion from error  # another event of this challenge came first: run again and see whom it told


class MongoMails:
    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(MailDocument, session)

    def add(self, mail: Mail) -> None:
        self._rows.insert(self._document(mail))

    def get(self, mail_id: str) -> Mail | None:
        row = self._rows.get(mail_id)
        return row and Mail(
            id=row.id,
            version=row.version,
            user_id=row.user_id,
            to=row.to,
            subject=row.subject,
            text=row.text or "",
            html=row.html or "",
            status=MailStatus(row.status),
            attempts=row.attempts,
            due_at=row.due_at,
            created_at=row.created_at,
            error=row.error,
            expires_at=row.expires_at,
            to_contact=bool(row.to_contact),
        )

    def save(self, mail: Mail) -> Mail:
        row = self._document(mail)
        self._rows.replace(row, expected_version=mail.version)
        return replace(mail, version=row.version)

    def claimable(self, at: datetime, limit: int) -> list[str]:
        """Each query is covered by an index that begins with its equality; no mail fits both."""
        found = self._rows.rows({"waiting": True, "due_at": {"$lte": at}}, sort=[("due_at", 1)], limit=limit)
        if len(found) < limit:
            set_back = {"waiting": True, "dated_from": {"$gt": at}}
            found += self._rows.rows(set_back, sort=[("dated_from", 1)], limit=limit - len(found))
        return [str(row["_id"]) for row in found]

    @staticmethod
    def _document(mail: Mail) -> MailDocument:
        waiting = mail.status in (MailStatus.PENDING, MailStatus.SENDING)
        return MailDocument(
            id=mail.id,
            version=mail.version,
            user_id=mail.user_id,
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            status=mail.status.value,
            attempts=mail.attempts,
            due_at=mail.due_at,
            dated_from=mail.dated_from if waiting else None,
            created_at=mail.created_at,
            error=mail.error,
            waiting=waiting or None,
            expires_at=mail.expires_at,
            to_contact=mail.to_contact or None,
        )
