"""What the use cases of messaging need from outside: conversations and messages, in one transaction or for plain reading."""

from __future__ import annotations

from typing import Protocol

from chassis.unit_of_work import UnitOfWork as Transaction
from messaging.domain.conversation import Conversation, Message


class Conversations(Protocol):
    def get(self, conversation_id: str) -> Conversation | None: ...

    def of_application(self, application_id: str) -> Conversation | None: ...

    def page_of(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Conversation], str | None]:
        """Those a person takes part in, latest activity first, and the cursor of the next page.

        Raises:
            InvalidCursor.
        """
        ...

    def add(self, conversation: Conversation) -> None: ...

    def save(self, conversation: Conversation) -> None:
        """Keep a change of a conversation that was read in this very transaction: whoever changed it in between wins."""
        ...


class Messages(Protocol):
    def sent_as(self, conversation_id: str, sender_id: str, client_message_id: str) -> Message | None:
        """What this sender sent under this id, if anything."""
        ...

    def stretch(self, conversation_id: str, first: int, last: int) -> list[Message]:
        """The messages with these numbers, both ends included, ascending."""
        ...

    def count_sent(self, conversation_id: str, sender_id: str, after_seq: int, up_to_seq: int) -> int:
        """How many of the messages behind one number, up to another and with it, are this sender's."""
        ...

    def add(self, message: Message) -> None: ...


class UnitOfWork(Transaction, Protocol):
    """One transaction over all that messaging keeps."""

    conversations: Conversations
    messages: Messages
