"""Messaging as a process: opened by an event, asked over RPC."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from typing import Any

import aio_pika
import pymongo
import pytest

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.base import Event
from contracts.challenges.events import ApplicationAccepted
from contracts.errors import Kind, ProblemError
from contracts.messaging.commands import MarkRead, SendMessage
from contracts.messaging.queries import GetConversation, ListConversations, ListMessages
from contracts.messaging.views import ConversationView, MessageView
from local_platform.observing import eventually
from local_platform.pytest_plugin import RunningService, RunService
from local_platform.tokens import TestTokens

CHALLENGER, SOLVER, OUTSIDER = (new_id("user") for _ in range(3))


class Chat:
    """The service with its events on one side and two people on the other."""

    def __init__(self, rpc: RpcClient, amqp_url: str, tokens: TestTokens) -> None:
        self._rpc = rpc
        self._amqp_url = amqp_url
        self._tokens = {person: tokens.issue(person) for person in (CHALLENGER, SOLVER, OUTSIDER)}

    async def ask(self, person: str, request: Any, **options: Any) -> Any:
        return await self._rpc.call(request, token=self._tokens[person], timeout=30, **options)

    async def publish(self, event: Event, event_id: str) -> None:
        """As the relay publishes it."""
        headers = {
            "specversion": "1.0",
            "id": event_id,
            "source": event.source,
            "type": event.type(),
            "subject": event.subject,
            "sequence": "1",
        }
        message = aio_pika.Message(
            event.model_dump_json().encode(),
            content_type="application/json",
            headers={f"cloudEvents_{name}": value for name, value in headers.items()},
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        async with await aio_pika.connect(self._amqp_url) as connection:
            channel = await connection.channel(on_return_raises=True)
            exchange = await channel.declare_exchange(f"{event.source}.events", aio_pika.ExchangeType.TOPIC, durable=True)
            await exchange.publish(message, event.type(), mandatory=True)

    async def opened(self) -> ConversationView:
        """A new engagement's conversation, as the solver sees it."""
        accepted = engagement()
        await self.publish(accepted, uuid.uuid4().hex)
        return await self.conversation_of(accepted)

    async def conversation_of(self, accepted: ApplicationAccepted) -> ConversationView:
        async def found() -> ConversationView | None:
            page = await self.ask(SOLVER, ListConversations())
            return next((one for one in page.items if one.application_id == accepted.application_id), None)

        conversation = await eventually(found)
        assert isinstance(conversation, ConversationView)
        return conversation


def engagement() -> ApplicationAccepted:
    return ApplicationAccepted(
        challenge_id=new_id("challenge"),
        challenge_title="Build an engine",
        challenger_id=CHALLENGER,
        application_id=new_id("application"),
        solver_id=SOLVER,
        milestones=(),
    )


@pytest.fixture
def messaging(run_service: RunService) -> RunningService:
    return run_service("messaging")


@pytest.fixture
def chat(messaging: RunningService, rpc: RpcClient, amqp_url: str, tokens: TestTokens) -> Chat:
    return Chat(rpc, amqp_url, tokens)


def outbox(mongo_url: str, messaging: RunningService) -> list[tuple[str, dict[str, Any]]]:
    """Kinds and bodies of the committed events, in order."""
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        rows = client[messaging.database].outbox.find().sort("sequence", 1)
        return [(row["type"], json.loads(row["body"])) for row in rows]


async def test_two_people_talk(chat: Chat, messaging: RunningService, mongo_url: str) -> None:
    conversation = await chat.opened()
    first = await chat.ask(CHALLENGER, SendMessage(conversation_id=conversation.id, client_message_id="a", text="Hello!"))
    second = await chat.ask(SOLVER, SendMessage(conversation_id=conversation.id, client_message_id="a", text="Hi."))
    assert [first.seq, second.seq] == [1, 2]
    assert (await chat.ask(SOLVER, GetConversation(conversation_id=conversation.id))).unread_count == 1
    shown = await chat.ask(SOLVER, MarkRead(conversation_id=conversation.id, seq=2))
    assert (shown.unread_count, shown.last_message) == (0, second)
    page = await chat.ask(CHALLENGER, ListMessages(conversation_id=conversation.id, after_seq=1))
    assert page.items == (second,)
    assert [kind for kind, _ in outbox(mongo_url, messaging)] == [
        "messaging.conversation_opened.v1",
        "messaging.message_sent.v1",
        "messaging.message_sent.v1",
        "messaging.conversation_read.v1",
    ]


async def test_an_engagement_told_again_opens_nothing(chat: Chat, messaging: RunningService, mongo_url: str) -> None:
    accepted, later = engagement(), engagement()
    for event_id in ("first", "first", "replayed"):
        await chat.publish(accepted, f"{event_id}-{accepted.application_id}")
    await chat.publish(later, uuid.uuid4().hex)
    await chat.conversation_of(later)
    await chat.conversation_of(accepted)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[messaging.database]
        # One row for the event that came twice, one for the same fact under another id, and the later engagement's.
        await eventually(lambda: database.inbox.count_documents({}) == 3)
        assert database.conversations.count_documents({}) == 2
    assert Counter(kind for kind, _ in outbox(mongo_url, messaging)) == {"messaging.conversation_opened.v1": 2}


async def test_of_many_who_write_at_once_each_gets_a_number_of_its_own(chat: Chat, messaging: RunningService, mongo_url: str) -> None:
    conversation = await chat.opened()
    sends = (
        chat.ask(sender, SendMessage(conversation_id=conversation.id, client_message_id=f"draft-{number}", text=f"message {number}"))
        for number in range(10)
        for sender in (CHALLENGER, SOLVER)
    )
    sent: list[MessageView] = await asyncio.gather(*sends)
    assert sorted(message.seq for message in sent) == list(range(1, 21))
    page = await chat.ask(SOLVER, ListMessages(conversation_id=conversation.id, after_seq=0, limit=100))
    assert list(page.items) == sorted(sent, key=lambda message: message.seq)
    told = [body["message"]["seq"] for kind, body in outbox(mongo_url, messaging) if kind == "messaging.message_sent.v1"]
    assert told == list(range(1, 21)), "the events are in the order of the messages"
    shown = await chat.ask(SOLVER, GetConversation(conversation_id=conversation.id))
    assert (shown.last_seq, shown.unread_count) == (20, 10)


async def test_one_message_sent_twenty_times_at_once_is_one(chat: Chat, messaging: RunningService, mongo_url: str) -> None:
    conversation = await chat.opened()
    command = SendMessage(conversation_id=conversation.id, client_message_id="draft", text="Hello?")
    sent = await asyncio.gather(*(chat.ask(SOLVER, command) for _ in range(20)))
    assert all(message == sent[0] for message in sent)
    page = await chat.ask(SOLVER, ListMessages(conversation_id=conversation.id))
    assert page.items == (sent[0],)
    assert [kind for kind, _ in outbox(mongo_url, messaging)].count("messaging.message_sent.v1") == 1
    with pytest.raises(ProblemError) as refusal:
        await chat.ask(SOLVER, SendMessage(conversation_id=conversation.id, client_message_id="draft", text="Hello!"))
    assert (refusal.value.problem.kind, refusal.value.problem.code) == (Kind.CONFLICT, "messaging.message.client_id_reused")


async def test_writing_and_reading_at_once_loses_nothing(chat: Chat) -> None:
    conversation = await chat.opened()
    await chat.ask(CHALLENGER, SendMessage(conversation_id=conversation.id, client_message_id="first", text="one"))
    sends = (
        chat.ask(CHALLENGER, SendMessage(conversation_id=conversation.id, client_message_id=f"draft-{number}", text="more"))
        for number in range(8)
    )
    marks = (chat.ask(SOLVER, MarkRead(conversation_id=conversation.id, seq=1)) for _ in range(4))
    await asyncio.gather(*sends, *marks)
    shown = await chat.ask(SOLVER, GetConversation(conversation_id=conversation.id))
    assert (shown.last_seq, shown.unread_count) == (9, 8)


async def test_an_outsider_finds_nothing(chat: Chat) -> None:
    conversation = await chat.opened()
    requests = (
        GetConversation(conversation_id=conversation.id),
        ListMessages(conversation_id=conversation.id),
        SendMessage(conversation_id=conversation.id, client_message_id="a", text="Hello!"),
        MarkRead(conversation_id=conversation.id, seq=0),
    )
    for request in requests:
        with pytest.raises(ProblemError) as refusal:
            await chat.ask(OUTSIDER, request)
        assert (refusal.value.problem.kind, refusal.value.problem.code) == (Kind.NOT_FOUND, "messaging.conversation.not_found")
    assert (await chat.ask(OUTSIDER, ListConversations())).items == ()
