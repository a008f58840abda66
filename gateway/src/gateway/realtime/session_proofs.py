"""Sockets whose session may have ended unheard: identity is asked about each of them."""

from __future__ import annotations

import asyncio

import structlog

from chassis.ids import new_id
from chassis.principal import SessionEnded
from contracts.errors import Kind, ProblemError
from contracts.identity.authentication import ListSessions
from gateway.realtime.hub import Hub, Socket
from gateway.rounds import Rounds
from gateway.rpc import Rpc

_AT_ONCE = 8
_log = structlog.get_logger("gateway.sockets")


class SessionProofs:
    """A revocation is heard by the event feed, and not by a replica that has lost the broker or was not there yet.

    So every new socket, and after a gap in the feed every one, is unproven until identity has said that its session goes on.
    """

    def __init__(self, hub: Hub, rpc: Rpc, every_s: float, timeout_s: float) -> None:
        self._hub, self._rpc, self._timeout_s = hub, rpc, timeout_s
        self.rounds = Rounds("session-proofs", every_s, self._go_round)

    async def _go_round(self) -> None:
        try:
            await self._ask_about_all()
        except Exception:
            _log.exception("session_proofs_failed")

    async def _ask_about_all(self) -> None:
        unproven = {socket.principal.session_id: socket for socket in self._hub.sockets.values() if not socket.proven}
        lane = asyncio.Semaphore(_AT_ONCE)
        away = asyncio.Event()

        async def ask(socket: Socket) -> None:
            async with lane:
                if not away.is_set() and await self._ask_about(socket) is Kind.UNAVAILABLE:
                    away.set()  # the others wait for the next round

        await asyncio.gather(*(ask(socket) for socket in unproven.values()))

    async def _ask_about(self, socket: Socket) -> Kind | None:
        """Cut the socket's session if it has ended; the kind of a refusal that tells neither this nor that."""
        session_id, gaps = socket.principal.session_id, self._hub.gaps
        try:
            sessions = await self._rpc.call(
                ListSessions(), token=socket.principal.token, timeout=self._timeout_s, request_id=new_id("request")
            )
            goes_on = any(session.current for session in sessions.items)
        except ProblemError as refusal:
            if refusal.problem.code != SessionEnded.code:
                return refusal.problem.kind
            goes_on = False
        if not goes_on:
            await self._hub.cut(session_id, "revoked")
        elif gaps == self._hub.gaps:
            self._hub.proven(session_id)
        return None
