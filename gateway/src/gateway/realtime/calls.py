"""What a client may ask over its socket: one method an event, a payload in, what the acknowledgement carries out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

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
_NOBODY: frozenset[str] = frozenset()


class JoinConversation(Message):
    """`after_seq`: the last message the client has; it gets those after it. Without it, the latest ones."""

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

    async def join(self, socket: Socket, payload: dict[str, Any]) -> dict[str, Any]:
        """Enter a conversation one takes part in, and catch up."""
        asked = validation.from_json(JoinConversation, payload)
        conversation = await self._ask(GetConversation(conversation_id=asked.conversation_id), socket)
        first = asked.conversation_id not in socket.conversations
        await self.hub.join(socket, asked.conversation_id, conversation.participant_ids)
        messages, more = await self._messages(asked, socket)
        if first:
            joined = {"conversation_id": asked.conversation_id, "user_id": socket.user_id, "online": True}
            self.hub.emit_across("presence", joined, conversation_id=asked.conversation_id, skip=socket.id)
        online = await self.presence.online(conversation.participant_ids)
        return {
            "conversation": conversation.model_dump(mode="json"),
            "messages": [message.model_dump(mode="json") for message in messages],
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

    async def _messages(self, asked: JoinConversation, socket: Socket) -> tuple[list[MessageView], bool]:
        """The messages after `after_seq` (many pages, but not without end), and whether there are more."""
        if asked.after_seq is None:
            latest = await self._ask(ListMessages(conversation_id=asked.conversation_id), socket)
            return list(latest.items), False
        found: list[MessageView] = []
        for _ in range(_MOST_PAGES):
            after = found[-1].seq if found else asked.after_seq
            page = await self._ask(ListMessages(conversation_id=asked.conversation_id, after_seq=after, limit=_PAGE), socket)
            found += page.items
            if len(page.items) < _PAGE:
                return found, False
        return found, True

    async def _ask(self, asked: Request[Answer], socket: Socket) -> Answer:
        return await self.rpc.call(asked, token=socket.principal.token, timeout=self.rpc_timeout_s, request_id=new_id("request"))
