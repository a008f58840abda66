"""The queues of handlers that are no more: they stay bound to nothing, whoever of the release before binds them again."""

from __future__ import annotations

from collections.abc import Iterable

import eventlet
import structlog
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import OperationalError

from chassis.queues import HandlerQueue

log = structlog.get_logger(__name__)

_CONNECT_S = 3.0
_GIVE_UP_S = 12.0


class _Silent(Exception):
    """Not a TimeoutError: that is an OSError, which the libraries on the way take for one of a socket and try again."""


class RetiredQueues:
    """While a release is rolled out, a replica of the one before binds its handlers' queues with each connection it makes."""

    def __init__(self, queues: Iterable[HandlerQueue], amqp_url: str) -> None:
        self._queues = tuple(queues)
        self._url = amqp_url

    def unbind(self) -> None:
        """Where the broker is away the next run does it."""
        if not self._queues:
            return
        connection = Connection(self._url, connect_timeout=_CONNECT_S)
        try:
            with eventlet.Timeout(_GIVE_UP_S, _Silent("the broker did not answer in time")):
                channel = connection.channel()
                for queue in self._queues:
                    queue.unbind(channel)
                connection.close()
        except (_Silent, OSError, AMQPError, OperationalError) as error:
            log.warning("retired_queues_not_unbound", error=str(error)[:200])
        finally:
            connection.collect()
