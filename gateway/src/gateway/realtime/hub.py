"""The sockets of this replica: who holds which, which conversations they joined, and how to reach them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import socketio

from chassis.principal import Principal
from contracts.base import Event
from contracts.identity.events import SessionRevoked
from gateway import metrics
from gateway.realtime.pushes import PUSHES
from gateway.shared.revocations import Revocations

_CLOSE_S = 1.0  # a client that polls may not come for its last packet
EVENTS: tuple[type[Event], ...] = (SessionRevoked, *(push.event for push in PUSHES))
_PUSH_OF = {push.event: push for push in PUSHES}


@dataclass(slots=True)
class Socket:
    """One client's connection. `conversations`: those it joined, with their participants. `sending` keeps its messages in order.

    `proven`: its session went on when identity was asked, and since then no revocation can have been missed.
    """

    id: str
    principal: Principal
    conversations: dict[str, frozenset[str]] = field(default_factory=dict)
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    expired_since: float | None = None
    proven: bool = False

    @property
    def user_id(self) -> str:
        return self.principal.user_id


def user_room(user_id: str) -> str:
    return f"user:{user_id}"


def conversation_room(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


class Hub:
    """Domain events reach every replica by the event feed, so they are emitted to local sockets only; typing and presence
    start at one replica and go to the others through Redis."""

    def __init__(self, server: socketio.AsyncServer, revocations: Revocations) -> None:
        self._server = server
        self._revocations = revocations
        self._across: set[asyncio.Task[None]] = set()
        self.sockets: dict[str, Socket] = {}
        self.gaps = 0  # in what was heard

    async def add(self, socket: Socket) -> None:
        self.sockets[socket.id] = socket
        metrics.SOCKETS.set(len(self.sockets))
        await self._server.enter_room(socket.id, user_room(socket.user_id))

    def remove(self, socket_id: str) -> Socket | None:
        socket = self.sockets.pop(socket_id, None)
        metrics.SOCKETS.set(len(self.sockets))
        return socket

    async def join(self, socket: Socket, conversation_id: str, participants: Iterable[str]) -> None:
        socket.conversations[conversation_id] = frozenset(participants)
        await self._server.enter_room(socket.id, conversation_room(conversation_id))

    def emit_across(self, name: str, data: dict[str, Any], *, conversation_id: str, skip: str | None = None) -> None:
        """Tell all replicas' sockets in a conversation. Nobody waits for it: Redis may be away."""
        task = asyncio.create_task(self._server.emit(name, data, room=conversation_room(conversation_id), skip_sid=skip))
        self._across.add(task)
        task.add_done_callback(self._across.discard)

    async def emit_here(self, name: str, data: dict[str, Any], *, room: str | None = None) -> None:
        """Tell this replica's sockets in a room, or all of them."""
        await self._server.emit(name, data, room=room, ignore_queue=True)

    async def on_event(self, event: Event) -> None:
        """A domain event: push it to those it concerns."""
        if isinstance(event, SessionRevoked):
            await self._revocations.add(event.session_id)
            await self.cut(event.session_id, event.reason)
            return
        push = _PUSH_OF.get(type(event))
        if push is None:  # others of this process hear it
            return
        data = push.data(event)
        for user_id in push.recipients(event):
            await self.emit_here(push.name, data, room=user_room(user_id))
        metrics.PUSHES.labels(push.name).inc()

    async def on_gap(self) -> None:
        """Events may have been missed."""
        self.gaps += 1
        for socket in self.sockets.values():
            socket.proven = False
        await self.emit_here("resync", {})

    async def cut(self, session_id: str, reason: str) -> None:
        """End the sockets of a session, and say why."""
        for socket in [socket for socket in self.sockets.values() if socket.principal.session_id == session_id]:
            await self.end(socket, reason)

    def proven(self, session_id: str) -> None:
        """Identity says that this session goes on."""
        for socket in self.sockets.values():
            socket.proven = socket.proven or socket.principal.session_id == session_id

    async def end(self, socket: Socket, reason: str) -> None:
        await self.emit_here("session.revoked", {"session_id": socket.principal.session_id, "reason": reason}, room=socket.id)
        await self._server.disconnect(socket.id, ignore_queue=True)

    async def close(self) -> None:
        """Be done with all sockets, and let whoever hangs up on them do so without a word.

        A client that is told to leave stays away, as the protocol has it; one that is merely cut connects again, to another replica.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await asyncio.gather(*(_leave(socket) for socket in list(self._server.eio.sockets.values())))
        await asyncio.gather(*self._across, return_exceptions=True)


async def _leave(socket: Any) -> None:
    """End an Engine.IO socket when what it has to send is out, without a packet that says so."""
    await socket.close(abort=True)
    await socket.queue.put(None)  # a poll that waits for something to send ends with nothing
