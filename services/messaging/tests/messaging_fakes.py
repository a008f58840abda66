"""Hand-written stand-ins for what messaging needs from outside; each keeps the promises of its Mongo twin (see the shared suite)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import ClassVar, Self, TypeVar

from chassis.paging import InvalidCursor
from contracts.base import Event, View
from messaging.domain.conversation import Conversation, Message

V = TypeVar("V", bound=View)


class KeyTaken(Exception):
    """A unique index refuses a second row."""


@dataclass
class Memory:
    """What is committed."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


class FakeConversations:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, conversation_id: str) -> Conversation | None:
        return self._memory.conversations.get(conversation_id)

    def of_application(self, application_id: str) -> Conversation | None:
        return next((one for one in self._memory.conversations.values() if one.application_id == application_id), None)

    def page_of(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Conversation], str | None]:
        if cursor is not None and not cursor.isdigit():
            raise InvalidCursor
        mine = [one for one in self._memory.conversations.values() if user_id in one.participant_ids]
        ordered = sorted(mine, key=lambda one: (one.active_at, one.id), reverse=True)
        start = int(cursor or 0)
        return ordered[start : start + limit], str(start + limit) if len(ordered) > start + limit else None

    def add(self, conversation: Conversation) -> None:
        if conversation.application_id and self.of_application(conversation.application_id):
            raise KeyTaken
        self._memory.conversations[conversation.id] = conversation

    def save(self, conversation: Conversation) -> None:
        assert self._memory.conversations[conversation.id].version == conversation.version - 1
        self._memory.conversations[conversation.id] = conversation


class FakeMessages:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.messages

    def sent_as(self, conversation_id: str, sender_id: str, client_message_id: str) -> Message | None:
        key = (conversation_id, sender_id, client_message_id)
        return next((one for one in self._rows.values() if self._client_key(one) == key), None)

    def stretch(self, conversation_id: str, first: int, last: int) -> list[Message]:
        found = [one for one in self._rows.values() if one.conversation_id == conversation_id and first <= one.seq <= last]
        return sorted(found, key=lambda one: one.seq)

    def count_sent(self, conversation_id: str, sender_id: str, after_seq: int, up_to_seq: int) -> int:
        return sum(one.sender_id == sender_id for one in self.stretch(conversation_id, after_seq + 1, up_to_seq))

    def add(self, message: Message) -> None:
        taken = {self._client_key(one) for one in self._rows.values()} | {(one.conversation_id, one.seq) for one in self._rows.values()}
        if self._client_key(message) in taken or (message.conversation_id, message.seq) in taken:
            raise KeyTaken
        self._rows[message.id] = message

    def _client_key(self, message: Message) -> tuple[str, str, str]:
        return (message.conversation_id, message.sender_id, message.client_message_id)


class FakeUnitOfWork:
    """Works on a copy of the memory, which becomes the memory when the block ends well."""

    conversations: FakeConversations
    messages: FakeMessages

    erased_people: ClassVar[set[str]] = set()  # of a test that says so

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __enter__(self) -> Self:
        self._draft = copy.copy(self._memory)
        for name, rows in vars(self._memory).items():
            setattr(self._draft, name, copy.copy(rows))
        self.conversations = FakeConversations(self._draft)
        self.messages = FakeMessages(self._draft)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for name, rows in vars(self._draft).items():
                setattr(self._memory, name, rows)

    def emit(self, event: Event) -> None:
        self._draft.events.append(event)

    def erased(self, user_id: str) -> bool:
        return user_id in self.erased_people

    def answer(self, view: V) -> V:
        return view
