"""How notifications are kept in MongoDB: fields and indexes."""

from mongoengine import BooleanField, DateTimeField, DictField, IntField, ListField, StringField

from chassis.documents import VersionedDocument


class ContactDocument(VersionedDocument):
    meta = {"collection": "contacts", "auto_create_index": False}  # noqa: RUF012 - mongoengine reads a plain dict

    email = StringField(required=True)
    email_verified = BooleanField(required=True)
    display_name = StringField(required=True)
    locale = StringField(required=True)
    time_zone = StringField(required=True)
    sequence = IntField(required=True)
    email_sequence = IntField(default=0)


class NotificationDocument(VersionedDocument):
    """`unread` doubles `read_at is None` so that one equality finds a person's unread rows."""

    meta = {  # noqa: RUF012
        "collection": "notifications",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["user_id", "-_id"]},
            {"fields": ["user_id", "unread", "-_id"]},
            {"fields": ["user_id", "fact_id", "kind"], "unique": True},
        ],
    }

    user_id = StringField(required=True)
    fact_id = StringField(required=True)
    category = StringField(required=True)
    kind = StringField(required=True)
    title = StringField(required=True)
    body = StringField(required=True)
    link = StringField()
    created_at = DateTimeField(required=True)
    read_at = DateTimeField()
    unread = BooleanField(required=True)


class UnreadDocument(VersionedDocument):
    """A person's unread count, changed in the transaction that changes the list; `_id` is the user id."""

    meta = {"collection": "unread_counts", "auto_create_index": False}  # noqa: RUF012

    unread = IntField(required=True)


class PreferencesDocument(VersionedDocument):
    meta = {"collection": "preferences", "auto_create_index": False}  # noqa: RUF012

    chosen = DictField()


class InvitationsDocument(VersionedDocument):
    """Who was told of a private challenge; `_id` is the challenge's."""

    meta = {  # noqa: RUF012
        "collection": "invitations",
        "auto_create_index": False,
        "indexes": [{"fields": ["told_user_ids"]}],
    }

    sequence = IntField(required=True)
    told_user_ids = ListField(StringField())


class MailDocument(VersionedDocument):
    """`waiting` is set until the mail is sent or has failed: the sender's queue is one equality on it and a range of one of two moments.

    `dated_from` is set as long. It is missing in mails of the first release: those are found once they are due, whatever became of
    the clock.
    """

    meta = {  # noqa: RUF012
        "collection": "mails",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["waiting"], "sparse": True},  # for the release before, while both run
            {"fields": ["waiting", "due_at"]},  # sparse would save nothing: every mail has a due_at
            {"fields": ["waiting", "dated_from"], "sparse": True},
            {"fields": ["user_id", "_id"]},
        ],
    }

    user_id = StringField(required=True)
    to = StringField(required=True)
    subject = StringField(required=True)
    text = StringField()
    html = StringField()
    status = StringField(required=True)
    attempts = IntField(required=True)
    due_at = DateTimeField(required=True)
    dated_from = DateTimeField()
    created_at = DateTimeField(required=True)
    error = StringField()
    waiting = BooleanField()
    expires_at = DateTimeField()
    to_contact = BooleanField()


ALL = (ContactDocument, NotificationDocument, UnreadDocument, PreferencesDocument, InvitationsDocument, MailDocument)
