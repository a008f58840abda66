"""Calls services from a service: nameko's RPC protocol over kombu, on the event hub. For jobs, not for requests on their way."""

from __future__ import annotations

import time
import uuid
from collections import deque
from contextlib import suppress
from typing import Any, TypeVar, cast

import orjson
from amqp.exceptions import AMQPError
from kombu import Connection, Producer, Queue
from kombu.exceptions import OperationalError
from opentelemetry import propagate

from chassis.exchanges import REQUESTS
from chassis.green import eventlet
from chassis.problems import unavailable
from chassis.queues import ensure_exchange, shared_exchange
from chassis.replies import reply_key, reply_queue
from contracts.base import Request, View
from contracts.errors import Problem, ProblemError

A = TypeVar("A", bound=View)
_EXCHANGE = shared_exchange(REQUESTS)
_CONNECT_S = 3
_IDLE_S = 20.0  # a line that nobody used for so long may be dead without knowing
_GOODBYE_S = 1.0
_BROKEN = (OSError, AMQPError, OperationalError)


class _Silent(Exception):
    """Not a TimeoutError: that is an OSError, which the libraries on the way take for one of a socket and try again."""


class _Line:
    """A connection with a reply queue: one call at a time."""

    def __init__(self, amqp_url: str) -> None:
        self.connection = Connection(amqp_url, connect_timeout=_CONNECT_S)
        self.connection.connect()
        self.channel = self.connection.channel()
        ensure_exchange(self.channel, REQUESTS, set())
        self.reply_to = reply_key(amqp_url)
        self._replies: dict[str, bytes | None] = {}
        self.channel.events["basic_return"].add(self._returned)
        queue = Queue(reply_queue(self.reply_to), _EXCHANGE, self.reply_to, exclusive=True, auto_delete=True, durable=False)
        self._consumer = self.channel.Consumer([queue], callbacks=[self._replied], no_ack=True)
        self._consumer.consume()
        self.used_at = time.monotonic()

    def ask(self, routing_key: str, body: bytes, headers: dict[str, Any], timeout: float) -> bytes | None:
        """The answer; None where there is no such service. Raises: OSError (TimeoutError among them), AMQPError."""
        correlation_id, deadline = uuid.uuid4().hex, time.monotonic() + timeout
        Producer(self.channel).publish(
            body,
            exchange=_EXCHANGE,
            routing_key=routing_key,
            headers=headers,
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=self.reply_to,
            correlation_id=correlation_id,
            mandatory=True,
            delivery_mode=1,
            expiration=timeout,
        )
        while correlation_id not in self._replies:
            self.connection.drain_events(timeout=max(0.001, deadline - time.monotonic()))
        self.used_at = time.monotonic()
        return self._replies.pop(correlation_id)

    def close(self) -> None:
        """Say goodbye, to a broker that answers soon."""
        with eventlet.Timeout(_GOODBYE_S, False), suppress(*_BROKEN):
            self.connection.close()
        self.drop()

    def drop(self) -> None:
        """End it without a goodbye: nobody may be there to answer."""
        self.connection.collect()

    def _replied(self, _body: Any, message: Any) -> None:
        self._replies[message.properties.get("correlation_id", "")] = (
            message.body if isinstance(message.body, bytes) else message.body.encode()
        )

    def _returned(self, _error: Any, _exchange: str, _routing_key: str, message: Any) -> None:
        self._replies[message.properties.get("correlation_id", "")] = None


class RpcCaller:
    """Keeps the lines that are not in use; a broken one is dropped with its call."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._idle: deque[_Line] = deque()

    def __call__(self, request: Request[A], *, token: str | None = None, to: str | None = None, timeout: float = 5.0) -> A:
        """Ask the service that owns the request, or the nameko service `to` where several answer it.

        Raises:
            ProblemError: it refused, or did not answer in time (kind unavailable).
        """
        service = to or request.service
        headers: dict[str, Any] = {
            "nameko.deadline": int((time.time() + timeout) * 1000),
            "nameko.patience_ms": int(timeout * 1000),
            "nameko.request_id": uuid.uuid4().hex,
        }
        if token is not None:
            headers["nameko.authorization"] = token
        propagate.inject(headers)
        body = b'{"args":[%b],"kwargs":{}}' % request.model_dump_json(exclude_unset=True).encode()
        line: _Line | None = None
        try:
            # A connection whose broker says nothing any more waits without end, while it is made and while it is written to.
            with eventlet.Timeout(_CONNECT_S + timeout, _Silent()):
                line = self._line()
                answer = line.ask(f"{service}.{request.method()}", body, headers, timeout)
        except (_Silent, *_BROKEN) as error:
            if line is not None:
                line.drop()
            raise ProblemError(unavailable(service)) from error
        self._idle.append(line)
        if answer is None:
            raise ProblemError(unavailable(service))
        return _read(request, answer)

    def _line(self) -> _Line:
        while self._idle:
            line = self._idle.pop()
            if time.monotonic() - line.used_at < _IDLE_S:
                return line
            line.close()
        return _Line(self._url)


def _read(request: Request[A], body: bytes) -> A:
    data = orjson.loads(body)
    error = data.get("error")
    if error is None:
        return cast(A, request.answer.received(data["result"]))
    if error["exc_type"] == "Problem":
        raise ProblemError(Problem.received(error["value"]))
    raise RuntimeError(f"{request.method()} failed: request {error['value']}")
