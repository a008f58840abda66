"""The Engine.IO server below Socket.IO: what waits for a client is bounded, and a transport ends without waiting for its client."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import engineio  # which python-socketio stands on
import structlog
from engineio.async_drivers import aiohttp as driver

PING_EVERY_S, PING_TIMEOUT_S = 25, 20
# Whoever reads what they are sent answers a ping within this time. One who answers pings without reading them takes nothing for longer.
_UNREAD_S = float(PING_EVERY_S + PING_TIMEOUT_S)
# A phone that is out of reach for all that time misses some 450 messages of a chat at ten a second, and may still come back to them.
_MOST_PACKETS = 500
_MOST_BYTES = 4 * 1024 * 1024  # fifteen conversations' catching up at once (`Calls.join`), each of the greatest size
_log = structlog.get_logger("gateway.sockets")


class Outbox(asyncio.Queue[Any]):
    """Packets for one client, in order. What no longer fits is dropped: its client is to be cut, and resumes from the services."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self.overflowed = False
        self._size = 0
        self._taken_at = time.monotonic()

    def put_nowait(self, packet: Any) -> None:
        """Never refuses. None, the end, fits always."""
        if packet is not None and (self.qsize() >= _MOST_PACKETS or self._size + _size(packet) > _MOST_BYTES):
            self.overflowed = True
            return
        super().put_nowait(packet)

    def _put(self, item: Any) -> None:
        if self.empty():
            self._taken_at = time.monotonic()
        self._size += _size(item)
        super()._put(item)

    def _get(self) -> Any:
        item = super()._get()
        self._size -= _size(item)
        self._taken_at = time.monotonic()
        return item

    @property
    def unread(self) -> bool:
        """Whether its client does not come for what waits here."""
        return self.overflowed or (not self.empty() and time.monotonic() - self._taken_at > _UNREAD_S)

    def clear(self) -> None:
        while not self.empty():
            self.get_nowait()
            self.task_done()


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, str | bytes) else 0


class _WebSocket(driver.WebSocket):  # type: ignore[misc]  # python-engineio publishes no types
    """Hangs up on a client that takes nothing in from the network: what is being sent to it would wait for ever."""

    async def send(self, message: str | bytes) -> None:
        try:
            async with asyncio.timeout(_UNREAD_S):
                await super().send(message)
        except TimeoutError:
            transport = self.environ["aiohttp.request"].transport
            if transport is not None:
                transport.abort()
            raise


class Engine(engineio.AsyncServer):  # type: ignore[misc]  # python-engineio publishes no types
    """The stock server lets what is sent pile up for a client that never asks for it, and to end such a transport waits until it does."""

    _async: dict[str, Any]  # what the driver for aiohttp consists of

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._async = {**self._async, "websocket": _WebSocket}
        self._ending: set[asyncio.Task[None]] = set()

    def create_queue(self, *_arguments: Any, **_options: Any) -> Outbox:
        return Outbox()

    async def send_packet(self, sid: str, pkt: Any) -> None:
        """Send it; a client that leaves too much unread is cut, and nobody waits for that: others may be told the same just now."""
        await super().send_packet(sid, pkt)
        socket = self.sockets.get(sid)
        if socket is not None and socket.queue.overflowed and not socket.closing:
            ending = asyncio.create_task(self._end_unread(sid))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def disconnect(self, sid: str | None = None) -> None:
        """End a transport, or all, at once and without a word: nobody waits until the client has read what is left."""
        for transport in list(self.sockets) if sid is None else [sid]:
            socket = self.sockets.pop(transport, None)
            if socket is None:
                continue
            await socket.close(wait=False, abort=True, reason=self.reason.SERVER_DISCONNECT)
            socket.queue.clear()
            await socket.queue.put(None)  # whoever waits for something to send ends with nothing

    async def end_unread(self) -> None:
        """End the transports whose clients do not read."""
        for sid in [sid for sid, socket in self.sockets.items() if socket.queue.unread]:
            await self._end_unread(sid)

    async def _end_unread(self, sid: str) -> None:
        _log.warning("socket_unread", transport=sid)
        await self.disconnect(sid)

    async def shutdown(self) -> None:
        await asyncio.gather(*self._ending, return_exceptions=True)
        await super().shutdown()
