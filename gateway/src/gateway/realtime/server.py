"""The Socket.IO server: connections by token, calls with acknowledgements, and the regular round over all sockets."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
import structlog
from opentelemetry.trace import SpanKind

from chassis import tracing
from chassis.ids import new_id
from chassis.principal import InvalidToken, Unauthenticated
from contracts.errors import DomainError, Problem, ProblemError
from gateway import metrics, problems
from gateway.realtime.calls import Calls
from gateway.realtime.engine import PING_EVERY_S, PING_TIMEOUT_S, Engine
from gateway.realtime.hub import Hub, Socket, conversation_room
from gateway.rest.admission import limited
from gateway.rest.validation import InvalidRequest
from gateway.rounds import Rounds
from gateway.settings import RateClass
from gateway.shared.connection import RedisAway
from gateway.shared.rate_limits import RateLimits
from gateway.web.client_scheme import client_scheme

_GRACE_S = 120.0  # a socket whose token has expired may renew it for this long before it is cut
_STRANGER_S = 10.0  # a transport of somebody who has not said who they are is cut after so long, with the next round
_STEP_S = 8.0  # three steps of a round may hang, and people are still told to be online before their presence expires
_NO_EVENT = ""  # a name that nothing is registered under
_PACKETS = ("0", "1", "2", "3")  # connect, disconnect, event, acknowledgement: what clients say
_log = structlog.get_logger("gateway.sockets")
_Call = Callable[[Socket, dict[str, Any]], Awaitable[dict[str, Any]]]


def origin_check(origins: tuple[str, ...]) -> Callable[[str | None, dict[str, Any]], bool]:
    """Browsers may connect from our own origin and from those allowed; a client that is no browser sends none."""

    def allowed(origin: str | None, environ: dict[str, Any]) -> bool:
        request = environ["aiohttp.request"]
        return origin is None or origin in origins or origin == f"{client_scheme(request)}://{request.host}"

    return allowed


class _Server(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio publishes no types
    """Keeps clients from calling what the server itself calls, and from sending what none of our calls takes.

    The stock server hands a client's event to the handler of that name, be it `disconnect`: the socket would be forgotten,
    and cut neither with its session nor with its token, but stay in its rooms. And a packet that announces bytes it keeps,
    with all that comes after it, until the last of them has come.
    """

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if eio_sid not in self.environ:  # its transport has been ended: what was still on the way says nothing
            return
        if not isinstance(data, str) or data[:1] not in _PACKETS:  # a list of what may be: the stock parser takes any script's digits
            await self.eio.disconnect(eio_sid)
            return
        await super()._handle_eio_message(eio_sid, data)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        await super()._handle_connect(eio_sid, namespace, data)
        if eio_sid not in self.environ:  # its transport ended meanwhile, when there was nobody yet to be disconnected
            await self._handle_disconnect(eio_sid, namespace)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:
        name = data[0] if isinstance(data, list) and data else None
        if not isinstance(name, str) or name in (*self.reserved_events, "*"):
            data = [_NO_EVENT]
        await super()._handle_event(eio_sid, namespace, id, data)


def create_server(origins: tuple[str, ...], client_manager: Any) -> socketio.AsyncServer:
    return _Server(
        async_mode="aiohttp",
        client_manager=client_manager,
        cors_allowed_origins=origin_check(origins),
        max_http_buffer_size=64 * 1024,
        ping_interval=PING_EVERY_S,
        ping_timeout=PING_TIMEOUT_S,
    )


class RealTime:
    """Ties the server's events to the calls."""

    def __init__(self, server: socketio.AsyncServer, hub: Hub, calls: Calls, limits: RateLimits) -> None:
        self._server, self._hub, self._calls, self._limits = server, hub, calls, limits
        self._told_online: dict[str, bool] = {}
        self._strangers: dict[str, float] = {}
        self._rounds = Rounds("socket-round", calls.presence.refresh_every_s, self._go_round)
        server.on("connect", self._connect)
        server.on("disconnect", self._disconnect)
        handlers: dict[str, _Call] = {
            "conversation.join": calls.join,
            "message.send": calls.send,
            "message.read": calls.mark_read,
            "typing": calls.typing,
            "auth.refresh": calls.refresh,
        }
        for name, call in handlers.items():
            server.on(name, self._answering(name, call))
        unknown = self._answering("unknown", calls.unknown)

        async def catch_all(_event: str, socket_id: str, *_arguments: Any) -> dict[str, Any]:
            return await unknown(socket_id, {})

        server.on("*", catch_all)

    async def start(self) -> None:
        await self._rounds.start()

    async def stop(self) -> None:
        """End the round and all sockets."""
        await self._rounds.stop()
        await self._hub.close()
        await self._server.shutdown()

    async def _connect(self, socket_id: str, _environ: dict[str, Any], auth: Any = None) -> None:
        try:
            principal = self._calls.verifier.verify(_token(auth))
            principal.require_person()  # a socket hears all that its person hears: no scope would bound it
            await self._take(principal.user_id)
            with contextlib.suppress(RedisAway):
                await self._calls.presence.refresh([(principal.user_id, socket_id)])
            if await self._calls.revocations.includes(principal.session_id):  # the last to be asked: what is heard later finds the socket
                with contextlib.suppress(RedisAway):
                    await self._calls.presence.leave(principal.user_id, socket_id)
                raise InvalidToken
        except (DomainError, ProblemError) as refusal:
            document = _document(_problem(refusal), new_id("request"))
            raise socketio.exceptions.ConnectionRefusedError(str(document["code"]), document) from None
        # From here on nothing is waited for, by the stock server neither: while a socket opens it cannot be cut.
        await self._hub.add(Socket(socket_id, principal))

    async def _disconnect(self, socket_id: str, _reason: str) -> None:
        socket = self._hub.remove(socket_id)
        if socket is None:
            return
        try:
            await self._calls.presence.leave(socket.user_id, socket_id)
        except RedisAway:
            return
        online = await self._calls.presence.online([socket.user_id])
        if online is not None and not online:
            for conversation_id in socket.conversations:
                left = {"conversation_id": conversation_id, "user_id": socket.user_id, "online": False}
                self._hub.emit_across("presence", left, conversation_id=conversation_id)

    def _answering(self, name: str, call: _Call) -> Callable[..., Awaitable[dict[str, Any]]]:
        """The handler of one event: whatever happens, the client gets `{ok: true, …}` or `{ok: false, problem}`."""

        async def answer(socket_id: str, *arguments: Any) -> dict[str, Any]:
            request_id = new_id("request")
            with tracing.tracer.start_as_current_span(f"socket {name}", kind=SpanKind.SERVER):
                try:
                    result = await self._perform(name, call, socket_id, arguments)
                except (DomainError, ProblemError) as refusal:
                    problem = _problem(refusal)
                    metrics.SOCKET_CALLS.labels(name, problem.kind.value).inc()
                    return {"ok": False, "problem": _document(problem, request_id)}
                except Exception:
                    _log.exception("socket_call_failed", call=name, request_id=request_id)
                    metrics.SOCKET_CALLS.labels(name, "failed").inc()
                    return {"ok": False, "problem": _document(problems.INTERNAL, request_id, status=500)}
            metrics.SOCKET_CALLS.labels(name, "ok").inc()
            return {"ok": True, **result}

        return answer

    async def _perform(self, name: str, call: _Call, socket_id: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
        socket = self._hub.sockets.get(socket_id)
        if socket is None:
            raise Unauthenticated
        await self._take(socket.user_id)
        if name != "auth.refresh":
            self._calls.verifier.verify(socket.principal.token)  # it may have expired since
        if len(arguments) != 1 or not isinstance(arguments[0], dict):
            raise InvalidRequest("The payload must be one JSON object.")
        return await call(socket, arguments[0])

    async def _take(self, user_id: str) -> None:
        verdict = await self._limits.take(RateClass.SOCKET, f"user:{user_id}")
        if not verdict.allowed:
            raise limited(verdict)

    async def _go_round(self) -> None:
        """Each step by itself: one that fails or hangs holds up no other for long."""
        for step in (self._cut_strangers, self._server.eio.end_unread, self._cut_expired, self._refresh_presence):
            try:
                async with asyncio.timeout(_STEP_S):
                    await step()
            except RedisAway:
                continue
            except Exception:
                _log.exception("socket_round_failed", step=step.__name__)

    async def _cut_strangers(self) -> None:
        """Who has shaken hands says who they are soon: a transport costs memory for as long as its client answers pings."""
        now, manager = time.monotonic(), self._server.manager
        strangers = [transport for transport in self._server.eio.sockets if manager.sid_from_eio_sid(transport, "/") is None]
        self._strangers = {transport: self._strangers.get(transport, now) for transport in strangers}
        for transport, since in self._strangers.items():
            if now - since > _STRANGER_S:
                await self._server.eio.disconnect(transport)

    async def _cut_expired(self) -> None:
        now = time.monotonic()
        for socket in list(self._hub.sockets.values()):
            try:
                self._calls.verifier.verify(socket.principal.token)
            except InvalidToken:
                socket.expired_since = socket.expired_since or now
                if now - socket.expired_since > _GRACE_S:
                    await self._hub.end(socket, "expired")

    async def _refresh_presence(self) -> None:
        """Keep our people online, and notice those of a replica that died without a word."""
        sockets = list(self._hub.sockets.values())
        await self._calls.presence.refresh([(socket.user_id, socket.id) for socket in sockets])
        watched = {
            (conversation_id, user_id)
            for socket in sockets
            for conversation_id, participants in socket.conversations.items()
            for user_id in participants
        }
        online = await self._calls.presence.online({user_id for _, user_id in watched})
        if online is None:
            return
        now_online = {user_id: user_id in online for _, user_id in watched}
        for conversation_id, user_id in watched:
            if self._told_online.get(user_id, now_online[user_id]) != now_online[user_id]:
                told = {"conversation_id": conversation_id, "user_id": user_id, "online": now_online[user_id]}
                await self._hub.emit_here("presence", told, room=conversation_room(conversation_id))
        self._told_online = now_online


def _token(auth: Any) -> str:
    token = auth.get("token") if isinstance(auth, dict) else None
    if not isinstance(token, str) or not token:
        raise Unauthenticated
    return token


def _problem(refusal: DomainError | ProblemError) -> Problem:
    return refusal.problem() if isinstance(refusal, DomainError) else refusal.problem


def _document(problem: Problem, request_id: str, *, status: int | None = None) -> dict[str, Any]:
    return problems.document(status or problems.status_of(problem), problem.code, problem.detail, request_id, problem.fields)
