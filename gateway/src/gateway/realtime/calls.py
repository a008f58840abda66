"""What a client may ask over its socket: one method an event, a payload in, what the acknowledgement carries out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any
from weakref import WeakValueDictionary

from pydantic import Field, StringConstraints

from chassis.ids import new_id
from chassis.principal import InvalidToken, PrincipalVerifier
from contracts.base import Message, Request
from contracts.errors import DomainError, Kind
from contracts.ids import ConversationId
from contracts.messaging.commands import MarkRead, SendMessage
from contracts.messaging.queries import GetConversation, ListMessages, Seq
from contracts.messaging.views import MessageView
from gateway.maintenance import Maintenance
from gateway.realtime.hub import Hub, Socket
from gateway.rest import validation
from gateway.rpc import Answer, Rpc
from gateway.shared.presence import Presence
from gateway.shared.revocations import Revocations

_PAGE = 100
_MOST_PAGES = 5
_MOST_BYTES = 256 * 1024  # of messages in one answer
_CATCHING_UP_AT_ONCE = 4  # of one person, who may ask for more: a page can be megabytes
_NOBODY: frozenset[str] = frozenset()


class JoinConversation(Message):
    """`after_seq`: the last message the client has; it gets those after it. Without it, the latest ones.

    An answer holds as many as fit. `has_more`: to go on, join again with the last one's `seq`. What is older than the first
    one is read at `/v1/conversations/{id}/messages`.
    """

    conversation_id: ConversationId
    after_seq: Seq | None = None


class Typing(Message):
    conversation_id: ConversationId


class RefreshAuth(Message):
    token: Annotated[str, StringConstraints(min_length=1, max_length=8192), Field(repr=False)]


class NotJoined(DomainError):
    """There is no such conversation among those this socket has joined."""

    kind = Kind.NOT_FOUND
    code = "messaging.conversation.not_found"


class NoSuchEvent(DomainError):
    """There is no such event."""

    kind = Kind.NOT_FOUND
    code = "gateway.event.not_found"


class AnotherPerson(DomainError):
    """This token belongs to another person: open a new connection."""

    kind = Kind.FORBIDDEN
    code = "gateway.socket.another_person"


@dataclass(slots=True)
class _Caught:
    """Messages that fit one answer, measured as they are sent: there an emoji takes twelve bytes."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0

    def take(self, messages: Iterable[MessageView]) -> bool:
        """Take them until one does not fit any more, but one at least; whether all did."""
        for message in messages:
            document = message.model_dump(mode="json")
            self.size += len(json.dumps(document))
            if self.messages and self.size > _MOST_BYTES:
                return False
            self.messages.append(document)
        return True


@dataclass(frozen=True, slots=True)
class Calls:
    """Each method raises ProblemError or DomainError where it refuses."""

    rpc: Rpc
    hub: Hub
    presence: Presence
    verifier: PrincipalVerifier
    revocations: Revocations
    maintenance: Maintenance
    rpc_timeout_s: float
    _catching_up: WeakValueDictionary[str, asyncio.Semaphore] = field(default_factory=WeakValueDictionary, init=False)

    async def join(self, socket: Socket, payload: dict[str, Any]) -> dict[str, Any]:
        """Enter a conversation one takes part in, and catch up."""
        asked = validation.from_json(JoinConversation, payload)
        conversation = await self._ask(GetConversation(conversation_id=asked.conversation_id), socket)
        first = asked.conversation_id not in socket.conversations
        await self.hub.join(socket, asked.conversation_id, conversation.participant_ids)
        async with self._catching_up.setdefault(socket.user_id, asyncio.Semaphore(_CATCHING_UP_AT_ONCE)):
            caught, more = await self._caught_up(asked, socket)
        if first:
            joined = {"conversation_id": asked.conversation_id, "user_id": socket.user_id, "online": True}
            self.hub.emit_across("presence", joined, conversation_id=asked.conversation_id, skip=socket.id)
        online = await self.presence.online(conversation.participant_ids)
        return {
            "conversation": conversation.model_dump(mode="json"),
            "messages": caught.messages,
            "has_more": more,
            "online": sorted(online or _NOBODY),
        }

    async def send(self, socket: Socket, payload: dict[str, Any]) -> dict[str, Any]:
        """Say something; answered once it is committed. Messages of one socket are sent in the order they came."""
        self.maintenance.refuse()
        asked = validation.from_json(SendMessage, payload)
        async with socket.sending:
            message = await self._ask(asked, socket)
        return {"message": message.model_dump(mode="json")}

    async def mark_read(self, socket: Socket, payload: dict[str, Any]) -> dict[str, Any]:
        """Everything up to `seq` is read."""
        self.maintenance.refuse()
        conversation = await self._ask(validation.from_json(MarkRead, payload), socket)
        return {"conversation": conversation.model_dump(mode="json")}

    async def typing(self, socket: Socket, payload: dict[str, Any]) -> dict[str, Any]:
        """Tell the others in a joined conversation; never stored."""
        asked = validation.from_json(Typing, payload)
        if asked.conversation_id not in socket.conversations:
            raise NotJoined
        told = {"conversation_id": asked.conversation_id, "user_id": socket.user_id}
        self.hub.emit_across("typing", told, conversation_id=asked.conversation_id, skip=socket.id)
        return {}

    async def refresh(self, socket: Socket, payload: dict[str, Any]) -> dict[str, Any]:
        """Go on with a newer token of the same person."""
        asked = validation.from_json(RefreshAuth, payload)
        principal = self.verifier.verify(asked.token)
        principal.require_person()
        if principal.user_id != socket.user_id:
            raise AnotherPerson
        if await self.revocations.includes(principal.session_id):
            raise InvalidToken
        socket.proven = socket.proven and principal.session_id == socket.principal.session_id
        socket.principal = principal
        socket.expired_since = None
        return {}

    async def unknown(self, _socket: Socket, _payload: dict[str, Any]) -> dict[str, Any]:
        """What nothing is registered for."""
        raise NoSuchEvent

    async def _caught_up(self, asked: JoinConversation, socket: Socket) -> tuple[_Caught, bool]:
        """The messages after `after_seq` (many pages, but not without end), and whether there are more; or the latest."""
        caught = _Caught()
        if asked.after_seq is None:
            latest = await self._ask(ListMessages(conversation_id=asked.conversation_id), socket)
            caught.take(reversed(latest.items))
            caught.messages.reverse()
            return caught, False
        after = asked.after_seq
        for _ in range(_MOST_PAGES):
            page = await self._ask(ListMessages(conversation_id=asked.conversation_id, after_seq=after, limit=_PAGE), socket)
            if not caught.take(page.items):
                return caught, True
            if len(page.items) < _PAGE:
                return caught, False
            after = page.items[-1].seq
        return caught, True

    async def _ask(self, asked: Request[Answer], socket: Socket) -> Answer:
        return await self.rpc.call(asked, token=socket.principal.token, timeout=self.rpc_timeout_s, request_id=new_id("request"))
