"""A service's connection to the broker, as its consumers need it: they may be woken from it, and hang up on a silent one."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import eventlet
from eventlet.hubs import get_hub
from kombu.transport import pyamqp


class BrokerConnection(pyamqp.Connection):  # type: ignore[misc]  # kombu publishes no types
    """Without `connection.blocked`: py-amqp would look for it by reading from the socket on every publish, and a worker
    that replies must not read from the socket that the consumer reads from."""

    negotiate_capabilities: ClassVar[dict[str, bool]] = {**pyamqp.Connection.negotiate_capabilities, "connection.blocked": False}
    on_answer: Callable[[], None] | None = None  # called for whatever the broker says, heartbeats apart
    _waiting: Any = None  # the greenthread that waits for the next frame, and for no longer than a while
    _woken = False  # the next such wait is over before it begins

    def on_inbound_method(self, *frame: Any) -> Any:
        if self.on_answer is not None:
            self.on_answer()
        return super().on_inbound_method(*frame)

    def blocking_read(self, timeout: float | None = None) -> Any:
        """As its base does; who would not wait for ever may be woken before."""
        if timeout is not None and self._woken:
            self._woken = False
            raise TimeoutError
        with self.transport.having_timeout(timeout):
            self._waiting = None if timeout is None else eventlet.getcurrent()
            try:
                frame = self.transport.read_frame()
            finally:
                self._waiting = None
        return self.on_inbound_frame(frame)

    def wake(self) -> None:
        """Whoever waits for the broker, or is about to, is told that it was silent for long enough."""
        self._woken = True
        get_hub().schedule_call_global(0, self._end_waiting)

    def _end_waiting(self) -> None:
        if self._woken and self._waiting is not None:
            self._woken = False
            self._waiting.throw(TimeoutError)  # as its own timer would: what was read of a frame so far is kept

    def hang_up(self) -> None:
        """End it as if the other side had: whoever reads or writes is told, and nobody waits any more."""
        with suppress(OSError, AttributeError):  # AttributeError: it has no socket any more
            self.sock.shutdown(socket.SHUT_RDWR)


class Transport(pyamqp.Transport):  # type: ignore[misc]  # kombu publishes no types
    Connection = BrokerConnection
