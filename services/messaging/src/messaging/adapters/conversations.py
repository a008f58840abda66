"""Conversations in MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.messaging.views import ConversationKind
from messaging.adapters.documents import ConversationDocument, LastMessagePart, ParticipantPart
from messaging.domain.conversation import Conversation, Message, Participant

_LATEST_FIRST = [("active_at", -1)]


class MongoConversations:
    """The port Conversations; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._session = session
        self._conversations = DocumentCollection(ConversationDocument, session)

    def get(self, conversation_id: str) -> Conversation | None:
        row = self._conversations.row(conversation_id)
        return _conversation(row) if row else None

    def of_application(self, application_id: str) -> Conversation | None:
        rows = self._conversations.rows({"application_id": application_id})
        return _conversation(rows[0]) if rows else None

    def page_of(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Conversation], str | None]:
        mine = {"participants.user_id": user_id}
        rows, next_cursor = self._conversations.page_of_rows(mine, sort=_LATEST_FIRST, cursor=cursor, limit=limit)
        return [_conversation(row) for row in rows], next_cursor

    def add(self, conversation: Conversation) -> None:
        self._conversations.insert(
            ConversationDocument(
                id=conversation.id,
                version=conversation.version,
                kind=conversation.kind.value,
                title=conversation.title,
                challenge_id=conversation.challenge_id,
                application_id=conversation.application_id,
                participants=[ParticipantPart(**_participant_row(one)) for one in conversation.participants],
                last_seq=conversation.last_seq,
                last_message=LastMessagePart(**_last_row(conversation.last_message)) if conversation.last_message else None,
                created_at=conversation.created_at,
                active_at=conversation.active_at,
            )
        )

    def save(self, conversation: Conversation) -> None:
        """One write by `_id` of the fields that ever change; a write in between is a write conflict (the read was in this transaction)."""
        changes = {
            "version": conversation.version,
            "participants": [_participant_row(one) for one in conversation.participants],
            "last_seq": conversation.last_seq,
            "last_message": _last_row(conversation.last_message) if conversation.last_message else None,
            "active_at": conversation.active_at,
        }
        collection = ConversationDocument._get_collection()
        collection.update_one({"_id": conversation.id}, {"$set": changes}, session=self._session)


def _conversation(row: dict[str, Any]) -> Conversation:
    last = row.get("last_message")
    return Conversation(
        id=row["_id"],
        version=row["version"],
        kind=ConversationKind(row["kind"]),
        title=row["title"],
        challenge_id=row.get("challenge_id"),
        application_id=row.get("application_id"),
        participants=tuple(Participant(one["user_id"], one["read_seq"], one["sent_since"]) for one in row["participants"]),
        last_seq=row["last_seq"],
        last_message=_last_message(row["_id"], last) if last else None,
        created_at=row["created_at"],
        active_at=row["active_at"],
    )


def _participant_row(participant: Participant) -> dict[str, Any]:
    return {"user_id": participant.user_id, "read_seq": participant.read_seq, "sent_since": participant.sent_since}


def _last_message(conversation_id: str, row: dict[str, Any]) -> Message:
    return Message(
        id=row["message_id"],
        conversation_id=conversation_id,
        seq=row["seq"],
        sender_id=row["sender_id"],
        client_message_id=row["client_message_id"],
        text=row["text"],
        sent_at=row["sent_at"],
    )


def _last_row(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "seq": message.seq,
        "sender_id": message.sender_id,
        "client_message_id": message.client_message_id,
        "text": message.text,
        "sent_at": message.sent_at,
    }
