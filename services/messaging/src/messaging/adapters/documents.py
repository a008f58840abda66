"""How messaging's state lies in MongoDB: one mongoengine document a collection. Indexes stand in the migrations."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import DateTimeField, EmbeddedDocumentField, EmbeddedDocumentListField, IntField, StringField

from chassis.documents import Embedded, VersionedDocument


class MessageDocument(VersionedDocument):
    conversation_id = StringField(required=True)
    seq = IntField(required=True)
    sender_id = StringField(required=True)
    client_message_id = StringField(required=True)
    text = StringField(required=True)
    sent_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "messages"}


class ParticipantPart(Embedded):
    user_id = StringField(required=True)
    read_seq = IntField(required=True)
    sent_since = IntField(required=True)


class LastMessagePart(Embedded):
    """A copy of the last message, so that a list of conversations is one read."""

    message_id = StringField(required=True)
    seq = IntField(required=True)
    sender_id = StringField(required=True)
    client_message_id = StringField(required=True)
    text = StringField(required=True)
    sent_at = DateTimeField(required=True)


class ConversationDocument(VersionedDocument):
    kind = StringField(required=True)
    title = StringField(required=True)
    challenge_id = StringField()
    application_id = StringField()
    participants = EmbeddedDocumentListField(ParticipantPart, required=True)
    last_seq = IntField(required=True)
    last_message = EmbeddedDocumentField(LastMessagePart)
    created_at = DateTimeField(required=True)
    active_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "conversations"}
