"""Messaging's use cases on fakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count

import pytest
from messaging_fakes import FakeConversations, FakeMessages, FakeUnitOfWork, Memory

from chassis.clock import FixedClock
from chassis.principal import Principal
from contracts.base import Event
from contracts.challenges.events import ApplicationAccepted
from contracts.messaging.commands import MarkRead, SendMessage
from contracts.messaging.queries import GetConversation, ListConversations, ListMessages
from contracts.messaging.views import ConversationView, MessageView
from contracts.paging import Page
from messaging.usecases.get_conversation import GetConversationHandler
from messaging.usecases.list_conversations import ListConversationsHandler
from messaging.usecases.list_messages import ListMessagesHandler
from messaging.usecases.mark_read import MarkReadHandler
from messaging.usecases.open_conversation import OpenConversationHandler
from messaging.usecases.send_message import SendMessageHandler


def some_id(prefix: str, number: int) -> str:
    return f"{prefix}_{number:026d}"


ADA, BOB, EVE = (some_id("user", number) for number in (1, 2, 3))


@dataclass
class World:
    """All of messaging in memory, with a clock that tests move."""

    memory: Memory = field(default_factory=Memory)
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)))
    challenger: str = ADA
    solver: str = BOB
    outsider: str = EVE

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def new_id(self, prefix: str) -> str:
        return some_id(prefix, next(self._numbers))

    def unit_of_work(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.memory)

    @property
    def conversations(self) -> FakeConversations:
        return FakeConversations(self.memory)

    @cached_property
    def open_conversation(self) -> OpenConversationHandler:
        return OpenConversationHandler(self.unit_of_work, self.new_id, self.clock.now)

    @cached_property
    def send_message(self) -> SendMessageHandler:
        return SendMessageHandler(self.unit_of_work, self.new_id, self.clock.now)

    def principal(self, user_id: str, *, email_verified: bool = True) -> Principal:
        return Principal(user_id=user_id, session_id="session", roles=frozenset(), email_verified=email_verified, token="token")

    def accepted(self, application: int = 1, solver: str = BOB) -> ApplicationAccepted:
        return ApplicationAccepted(
            challenge_id=some_id("challenge", application),
            challenge_title=f"Build engine {application}",
            challenger_id=self.challenger,
            application_id=some_id("application", application),
            solver_id=solver,
            milestones=(),
        )

    def opened(self, application: int = 1, solver: str = BOB) -> str:
        """A conversation between challenger and solver; its id."""
        self.open_conversation(self.accepted(application, solver))
        conversation = self.conversations.of_application(some_id("application", application))
        assert conversation is not None
        return conversation.id

    def say(self, conversation_id: str, sender: str, text: str = "hello", as_: str | None = None) -> MessageView:
        self.clock.advance(timedelta(seconds=1))
        client_message_id = as_ or f"client-{next(self._numbers)}"
        command = SendMessage(conversation_id=conversation_id, client_message_id=client_message_id, text=text)
        return self.send_message(command, self.principal(sender))

    def mark(self, conversation_id: str, reader: str, seq: int) -> ConversationView:
        command = MarkRead(conversation_id=conversation_id, seq=seq)
        return MarkReadHandler(self.unit_of_work)(command, self.principal(reader))

    def look(self, conversation_id: str, viewer: str) -> ConversationView:
        query = GetConversation(conversation_id=conversation_id)
        return GetConversationHandler(self.conversations)(query, self.principal(viewer))

    def list(self, viewer: str, **query: object) -> Page[ConversationView]:
        return ListConversationsHandler(self.conversations)(ListConversations.model_validate(query), self.principal(viewer))

    def history(self, conversation_id: str, viewer: str, **query: object) -> Page[MessageView]:
        asked = ListMessages.model_validate({"conversation_id": conversation_id, **query})
        return ListMessagesHandler(self.conversations, FakeMessages(self.memory))(asked, self.principal(viewer))

    def events(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.memory.events if isinstance(event, kind)]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def conversation(world: World) -> str:
    return world.opened()


@pytest.fixture(scope="session")
def new_world() -> type[World]:
    """For property tests, which need a world for each example."""
    return World
