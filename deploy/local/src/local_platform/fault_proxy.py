"""A TCP proxy that does to a connection what networks do: cuts it, delays it, swallows what is sent, stalls it, resets it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from enum import Enum
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from local_platform.ports import free_port

T = TypeVar("T")
_CONNECT_S = 5.0
_LOOPBACK = "127.0.0.1"


class Fault(Enum):
    """What is wrong with the way now. A delay comes on top of any."""

    NONE = "none"
    CUT = "cut"  # nobody listens
    HALF_OPEN = "half open"  # everything is taken and nothing arrives
    STALLED = "stalled"  # what is sent waits until the way is healed


class FaultProxy:
    """A way to a server, on this machine unless told, that a test can break and heal; healthy at the start.

    All proxies of a process run in one thread beside it, so the methods can be called from anywhere but that thread.
    """

    def __init__(self, upstream_port: int, port: int | None = None, *, host: str = _LOOPBACK, upstream_host: str = _LOOPBACK) -> None:
        """`port`: where to listen, a free one of the loopback interface unless given; it stays the same through faults and restarts."""
        self.upstream_port, self.upstream_host = upstream_port, upstream_host
        self.port, self.host = port or free_port(), host
        self.fault = Fault.NONE
        self._delay_s = 0.0
        self._listener: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()

    def __enter__(self) -> FaultProxy:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def connections(self) -> int:
        """How many are open now, the broken ones among them."""
        return len(self._pairs)

    @property
    def delay_s(self) -> float:
        return self._delay_s

    def url(self, url: str) -> str:
        """The same URL by way of this proxy. A MongoDB driver is kept from going to the addresses that its server tells."""
        parts = urlsplit(url)
        user, at, _ = parts.netloc.rpartition("@")
        query = parts.query
        if parts.scheme == "mongodb" and "directConnection" not in query:
            query += "&" * bool(query) + "directConnection=true"
        return urlunsplit(parts._replace(netloc=f"{user}{at}{self.host}:{self.port}", query=query))

    def start(self) -> None:
        """Listen. The server behind may come later."""
        _in_loop(self._listen())

    def stop(self) -> None:
        """Close everything."""
        _in_loop(self._close())

    def cut(self) -> None:
        """Close all connections and refuse new ones, as a server does that has ended."""
        self.fault = Fault.CUT
        self.stop()

    def reset(self) -> None:
        """Reset all connections (RST), as a firewall or a load balancer does that forgot them; new ones are welcome."""
        _in_loop(self._end_all(_End.reset))

    def half_open(self) -> None:
        """A black hole: connections stay open, new ones too, and nothing sent arrives. Neither side hears that the other closed."""
        _in_loop(self._be(Fault.HALF_OPEN))

    def stall(self) -> None:
        """Nothing passes, nothing is lost: what is sent fills the buffers until `heal`, as when packets are lost for a while."""
        _in_loop(self._be(Fault.STALLED))

    def delay(self, ms: float) -> None:
        """From now on each piece arrives so many milliseconds late, each way, in order."""
        self._delay_s = ms / 1000

    def heal(self) -> None:
        """Let everything pass. A connection that lost something in a black hole stays silent: only its owner's time-outs end it."""
        self._delay_s = 0.0
        _in_loop(self._be(Fault.NONE))

    # -- in the thread of the proxies

    async def _listen(self) -> None:
        if self._listener is None:
            loop = asyncio.get_running_loop()
            # A restarted one takes its port over from connections that are not quite gone.
            self._listener = await loop.create_server(self._accept, self.host, self.port, reuse_address=True, backlog=512)

    def _accept(self) -> _End:
        pair = _Pair(self)
        self._pairs.add(pair)
        return pair.client

    async def _be(self, fault: Fault) -> None:
        self.fault = fault
        for pair in list(self._pairs):
            pair.obey()
        await self._listen()

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self._end_all(_End.close)

    async def _end_all(self, how: Callable[[_End], None]) -> None:
        for pair in list(self._pairs):
            pair.end(how)

    def forget(self, pair: _Pair) -> None:
        """Called by a pair that has ended."""
        self._pairs.discard(pair)


class _Pair:
    """A client's connection and the one to the server that goes with it."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self.silent = False  # something was swallowed: nothing that comes later could be understood
        self._client, self._server = _End(self), _End(self)
        self._client.other, self._server.other = self._server, self._client
        self._connecting: asyncio.Task[None] | None = None

    @property
    def client(self) -> _End:
        return self._client

    def obey(self) -> None:
        """Do what the state of the way asks of this pair."""
        fault = self.proxy.fault
        self.silent = self.silent or fault is Fault.HALF_OPEN
        passing = fault is Fault.NONE and not self.silent
        if passing and self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
        for end in (self._client, self._server):
            if passing and end.lost:
                end.other.finish()
            end.set_reading(on=self.silent or (passing and self._server.transport is not None and not end.other.full))

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                await loop.create_connection(lambda: self._server, self.proxy.upstream_host, self.proxy.upstream_port)
        except OSError:
            self.end(_End.reset)

    def closed(self, end: _End) -> None:
        """One side has closed: so does the other when it was sent the rest, unless the way lets nothing through."""
        if end.other.lost:
            self.proxy.forget(self)
        elif end.other.transport is None:
            self.end(_End.close)
        elif not self.silent and self.proxy.fault is Fault.NONE:
            end.other.finish()

    def end(self, how: Callable[[_End], None]) -> None:
        """End both sides, whatever the state of the way."""
        if self._connecting is not None:
            self._connecting.cancel()
        for end in (self._client, self._server):
            how(end)
        self.proxy.forget(self)


class _End(asyncio.Protocol):
    """One of the two connections of a pair."""

    def __init__(self, pair: _Pair) -> None:
        self.other: _End = self
        self.transport: asyncio.Transport | None = None
        self.lost = False
        self.full = False  # its buffer: the other side must wait
        self._pair = pair
        self._reading = True
        self._late = 0  # pieces that wait for their time
        self._due = 0.0  # when the last of them may leave: none overtakes another

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        # A transport of Python 3.11.2 begins to read after this even if it is told not to here.
        asyncio.get_running_loop().call_soon(self._begin)

    def _begin(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self._pair.obey()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.lost = True
        self._pair.closed(self)

    def data_received(self, data: bytes) -> None:
        if not self._pair.silent:
            self.other.send(data)

    def eof_received(self) -> bool:
        return self._pair.silent  # True keeps this side open: the other must not hear of it

    def pause_writing(self) -> None:
        self.full = True
        self._pair.obey()

    def resume_writing(self) -> None:
        self.full = False
        self._pair.obey()

    def set_reading(self, *, on: bool) -> None:
        if self.transport is None or self.transport.is_closing() or on is self._reading:
            return
        self._reading = on
        if on:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def send(self, data: bytes) -> None:
        """Write now, or when the delay has passed."""
        loop = asyncio.get_running_loop()
        if self._late or self._pair.proxy.delay_s:
            self._due = max(self._due + 1e-6, loop.time() + self._pair.proxy.delay_s)
            self._late += 1
            loop.call_at(self._due, self._send_late, data)
        elif self.transport is not None:
            self.transport.write(data)

    def _send_late(self, data: bytes) -> None:
        self._late -= 1
        if self.transport is not None and not self._pair.silent:
            self.transport.write(data)

    def finish(self) -> None:
        """Close when what is still to be sent has been."""
        if self._late:
            asyncio.get_running_loop().call_at(self._due + 1e-6, self.finish)
        else:
            self.close()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close(2) sends RST
            self.transport.abort()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="fault-proxies", daemon=True).start()
    return loop


def _in_loop(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(timeout=10)
