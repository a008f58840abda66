"""Publishing with the broker's confirmation, which either comes in time or the connection is not used again."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

import eventlet
from amqp.exceptions import AMQPError
from kombu import Connection, Producer

_CONNECT_S = 3.0
_CONFIRM_S = 5.0
_GIVE_UP_S = 12.0  # in all: a silent connection found out, a new one made, confirmed there


class NotConfirmed(Exception):
    """Nothing is known of the message: the broker did not confirm it in time."""


class ConfirmedPublisher:
    """Publishes persistent messages that must find a queue.

    Connections that have worked are kept for the next time. Each is used by one at a time, so that its confirmation is
    the next thing it says; no more are open than workers publish at once.
    """

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._idle: list[_Way] = []

    def publish(self, body: bytes, *, exchange: str, routing_key: str, **properties: Any) -> None:
        """Return when the broker has the message in a queue.

        Raises:
            amqp.exceptions.MessageNacked: the queue refuses it, being full.
            amqp.exceptions.AMQPError: no queue takes it, or the connection broke.
            OSError: the broker is away.
            NotConfirmed: it took too long.
        """
        message = {"body": body, "exchange": exchange, "routing_key": routing_key, **properties}
        # Not a TimeoutError: that is an OSError, which the libraries on the way take for one of a socket and try again.
        with eventlet.Timeout(_GIVE_UP_S, NotConfirmed("the broker did not confirm in time")):
            while self._idle:
                with suppress(AMQPError, OSError):  # it broke while nobody looked
                    self._publish(self._idle.pop(), message)
                    return
            self._publish(_Way(self._url), message)

    def _publish(self, way: _Way, message: dict[str, Any]) -> None:
        try:
            way.publish(message)
        except BaseException:
            way.close()
            raise
        self._idle.append(way)


class _Way:
    """A connection to publish by."""

    def __init__(self, amqp_url: str) -> None:
        self._connection = Connection(amqp_url, connect_timeout=_CONNECT_S, transport_options={"confirm_publish": True})

    def publish(self, message: dict[str, Any]) -> None:
        if not self._connection.connected:
            self._connection.connect()
            self._producer = Producer(self._connection.channel())
        self._producer.publish(**message, delivery_mode="persistent", mandatory=True, retry=False, confirm_timeout=_CONFIRM_S)

    def close(self) -> None:
        """End it without a goodbye: nobody may be there to answer."""
        self._connection.collect()


@cache
def shared_publisher(amqp_url: str) -> ConfirmedPublisher:
    """One for all handlers of a process."""
    return ConfirmedPublisher(amqp_url)
