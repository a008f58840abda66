"""The transaction of notifications."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis.mongo import MongoUnitOfWork
from notifications.adapters.repositories import MongoContacts, MongoInvitations, MongoMails, MongoNotifications, MongoPreferences
from notifications.usecases.ports import AllInvitations, AllPreferences, Contacts, Mails, Notifications


class NotificationsUnitOfWork(MongoUnitOfWork):
    contacts: Contacts
    notifications: Notifications
    preferences: AllPreferences
    invitations: AllInvitations
    mails: Mails

    def open(self, session: ClientSession) -> None:
        self.contacts = MongoContacts(session)
        self.notifications = MongoNotifications(session)
        self.preferences = MongoPreferences(session)
        self.invitations = MongoInvitations(session)
        self.mails = MongoMails(session)
