"""Calls services from asyncio: nameko's RPC protocol over aio-pika, with deadlines and typed answers."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import aio_pika
import orjson
import structlog
from aio_pika.abc import AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError
from opentelemetry.trace import SpanKind

from chassis import tracing
from chassis.broker_flow import Answers, takes_messages
from chassis.broker_link import BrokerLost, broker_errors, kept, leave
from chassis.context import Client
from chassis.exchange_check import ensure_exchange
from chassis.exchanges import REQUESTS
from chassis.replies import reply_key, reply_queue
from contracts.base import Query, Request, View
from contracts.errors import Kind, Problem, ProblemError

log = structlog.get_logger(__name__)

A = TypeVar("A", bound=View)

_CHANNELS = 4
_HEARTBEAT_S = 15
_CONFIRM_S = 5.0  # the broker confirms a request in milliseconds; so long one call waits for that
_SILENT_S = 4.0  # a broker that says nothing at all for so long, while calls wait for it, is not there any more
_RETRY_PAUSE_S = 0.1
_RETRY_AFTER_S = 1


class Unavailable(ProblemError):
    """The call was not answered: the broker is away, or no such service has ever run. Worth another try."""

    def __init__(self, service: str, detail: str, what: str = "unavailable") -> None:
        super().__init__(Problem(kind=Kind.UNAVAILABLE, code=f"{service}.{what}", detail=detail, retry_after_s=_RETRY_AFTER_S))


class DeadlineExceeded(Unavailable):
    """No answer in time. A command may have been carried out: ask again with the same idempotency key."""

    def __init__(self, service: str) -> None:
        super().__init__(service, "The service did not answer in time.", "deadline_exceeded")


class InternalError(Exception):
    """The service failed by a bug of its own; its log tells more under this request id."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"internal error, request {request_id}")
        self.request_id = request_id


@dataclass(slots=True)
class _Link:
    """One connection: channels to publish by, and the calls that wait for an answer on its reply queue."""

    connection: AbstractConnection
    reply_to: str
    exchanges: Iterator[AbstractExchange]
    closed: asyncio.Event
    waiting: dict[str, asyncio.Future[bytes]] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)

    async def publish(self, message: aio_pika.Message, routing_key: str) -> None:
        """Return when the broker has put the message into a queue.

        Raises:
            aio_pika.exceptions.DeliveryError: there is no such queue.
            BrokerLost: the broker takes no messages, or the connection broke, or there was no answer in time.
        """
        if not await self.takes_messages():
            raise BrokerLost("the broker is short of memory or disk")
        self.answers.due += 1
        try:
            with broker_errors():
                async with asyncio.timeout(_CONFIRM_S):
                    await next(self.exchanges).publish(message, routing_key, mandatory=True)
            self.answers.heard += 1
        except DeliveryError:
            self.answers.heard += 1
            raise
        finally:
            self.answers.due -= 1

    async def takes_messages(self) -> bool:
        return await takes_messages(self.connection)

    async def over(self) -> None:
        """Wait until the connection is closed, or the broker fell silent: one late answer among many is no reason to drop them all."""
        if await self.answers.stopped(self.closed, self.takes_messages, _SILENT_S):
            log.warning("broker_silent", for_s=_SILENT_S)

    async def on_reply(self, message: AbstractIncomingMessage) -> None:
        self.answers.heard += 1
        waiter = self.waiting.get(message.correlation_id or "")
        if waiter is not None and not waiter.done():
            waiter.set_result(message.body)

    def lost(self) -> None:
        for waiter in self.waiting.values():
            if not waiter.done():
                waiter.set_exception(BrokerLost("the connection to the broker was lost"))


class RpcClient:
    """One per process. While the broker is away every call raises `Unavailable` at once, and reconnecting goes on."""

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._link: _Link | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._link is not None

    async def start(self) -> None:
        """Connect, and stay connected until `stop`. Returns after the first attempt, be the broker there or not."""
        first_attempt = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep_connected(first_attempt), name="rpc-client")
        await first_attempt.wait()

    async def stop(self) -> None:
        """Give up waiting calls and disconnect."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None

    async def call(
        self,
        request: Request[A],
        *,
        token: str | None = None,
        idempotency_key: str | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 - it is a deadline that travels with the message
        request_id: str | None = None,
        client: Client | None = None,
        to: str | None = None,
    ) -> A:
        """Ask the service that owns the request; queries are asked a second time when it was unavailable and time remains.

        `to` names the nameko service where several answer a request, each for itself.

        Raises:
            ProblemError: the service refused; `Unavailable` and `DeadlineExceeded` when it did not get to answer.
            InternalError: the service failed.
        """
        deadline = time.time() + timeout
        headers: dict[str, Any] = {
            "nameko.deadline": int(deadline * 1000),
            "nameko.request_id": request_id or uuid.uuid4().hex,
        }
        if token is not None:
            headers["nameko.authorization"] = token
        if idempotency_key is not None:
            headers["nameko.idempotency_key"] = idempotency_key
        if client is not None:
            headers["nameko.client_address"] = client.address
            headers["nameko.client_agent"] = client.agent
        service = to or request.service
        # A refusal is told by the span's status; a traceback with each would cost more than the call.
        with tracing.tracer.start_as_current_span(f"{service}.{request.method()}", kind=SpanKind.CLIENT, record_exception=False):
            tracing.inject(headers)
            try:
                return await self._ask(request, service, headers, deadline)
            except DeadlineExceeded:
                raise
            except ProblemError as error:
                again = isinstance(request, Query) and error.problem.kind is Kind.UNAVAILABLE
                if not again or time.time() + _RETRY_PAUSE_S >= deadline:
                    raise
            await asyncio.sleep(_RETRY_PAUSE_S)
            return await self._ask(request, service, headers, deadline)

    async def _ask(self, request: Request[A], service: str, headers: dict[str, Any], deadline: float) -> A:
        link = self._link
        if link is None:
            raise Unavailable(service, "The message broker is away.")
        correlation_id = uuid.uuid4().hex
        remaining = max(0.001, deadline - time.time())
        message = aio_pika.Message(
            b'{"args":[%b],"kwargs":{}}' % request.model_dump_json(exclude_unset=True).encode(),
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=link.reply_to,
            correlation_id=correlation_id,
            headers={**headers, "nameko.patience_ms": int(remaining * 1000)},
            delivery_mode=aio_pika.DeliveryMode.NOT_PERSISTENT,
            expiration=remaining,
        )
        waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        link.waiting[correlation_id] = waiter
        try:
            async with asyncio.timeout(remaining):
                await link.publish(message, f"{service}.{request.method()}")
                body = await waiter
        except TimeoutError as error:
            raise DeadlineExceeded(service) from error
        except DeliveryError as error:
            raise Unavailable(service, f"No {service} service is known.") from error
        except BrokerLost as error:
            raise Unavailable(service, "The message broker does not take the call.") from error
        finally:
            del link.waiting[correlation_id]
            if not waiter.cancel() and not waiter.cancelled():
                waiter.exception()  # seen: it is told by what is raised here
        return _answer(request, body)

    async def _keep_connected(self, first_attempt: asyncio.Event) -> None:
        def away(error: Exception, pause_s: float) -> None:
            first_attempt.set()
            log.warning("broker_away", error=str(error), retry_in_s=pause_s)

        async def use(link: _Link) -> None:
            self._link = link
            first_attempt.set()
            try:
                await link.over()
                log.warning("broker_connection_lost")
            finally:
                self._link = None
                link.lost()
                await leave(link.connection)

        await kept(self._connect, use, away)

    async def _connect(self) -> _Link:
        lost = asyncio.Event()
        connection = await aio_pika.connect(self._url, heartbeat=_HEARTBEAT_S)
        try:
            connection.close_callbacks.add(lambda *_: lost.set())
            await ensure_exchange(REQUESTS, connection.channel)
            exchanges = []
            for _ in range(_CHANNELS):
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                channel.close_callbacks.add(lambda *_: lost.set())
                exchanges.append(await channel.get_exchange(REQUESTS, ensure=False))
            reply_to = reply_key(self._url)
            link = _Link(connection, reply_to, itertools.cycle(exchanges), lost)
            replies = await connection.channel(publisher_confirms=False)
            replies.close_callbacks.add(lambda *_: lost.set())
            queue = await replies.declare_queue(reply_queue(reply_to), exclusive=True, auto_delete=True)
            await queue.bind(REQUESTS, reply_to)
            await queue.consume(link.on_reply, no_ack=True)
        except BaseException:
            await leave(connection)
            raise
        return link


def _answer(request: Request[A], body: bytes) -> A:
    """Read an answer.

    Raises:
        ProblemError: it is a refusal.
        InternalError: it is another error.
    """
    data = orjson.loads(body)
    error = data.get("error")
    if error is None:
        return cast(A, request.answer.received(data["result"]))
    if error["exc_type"] == "Problem":
        raise ProblemError(Problem.received(error["value"]))
    raise InternalError(str(error["value"]))
