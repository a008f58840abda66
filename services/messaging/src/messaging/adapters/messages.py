"""Messages in MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from messaging.adapters.documents import MessageDocument
from messaging.domain.conversation import Message


class MongoMessages:
    """The port Messages; without a session for reads outside a transaction. Every query is covered by one of two indexes."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._session = session
        self._messages = DocumentCollection(MessageDocument, session)

    def sent_as(self, conversation_id: str, sender_id: str, client_message_id: str) -> Message | None:
        key = {"conversation_id": conversation_id, "sender_id": sender_id, "client_message_id": client_message_id}
        rows = self._messages.rows(key)
        return _message(rows[0]) if rows else None

    def stretch(self, conversation_id: str, first: int, last: int) -> list[Message]:
        query = {"conversation_id": conversation_id, "seq": {"$gte": first, "$lte": last}}
        return [_message(row) for row in self._messages.rows(query, sort=[("seq", 1)])]

    def count_sent(self, conversation_id: str, sender_id: str, after_seq: int, up_to_seq: int) -> int:
        """Counted here: with the sender in the query the embedded server would look through the whole collection."""
        query = {"conversation_id": conversation_id, "seq": {"$gt": after_seq, "$lte": up_to_seq}}
        rows = MessageDocument._get_collection().find(query, {"sender_id": True}, session=self._session)
        return sum(row["sender_id"] == sender_id for row in rows)

    def add(self, message: Message) -> None:
        self._messages.insert(
            MessageDocument(
                id=message.id,
                version=1,
                conversation_id=message.conversation_id,
                seq=message.seq,
                sender_id=message.sender_id,
                client_message_id=message.client_message_id,
                text=message.text,
                sent_at=message.sent_at,
            )
        )


def _message(row: dict[str, Any]) -> Message:
    return Message(
        id=row["_id"],
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        sender_id=row["sender_id"],
        client_message_id=row["client_message_id"],
        text=row["text"],
        sent_at=row["sent_at"],
    )
