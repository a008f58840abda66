"""How messages are taken from the broker: a consumer that drains before it stops, and replies on its own channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import eventlet
import structlog
from amqp.exceptions import AMQPError
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from kombu import Connection
from nameko import messaging
from nameko import rpc as nameko_rpc
from nameko.extensions import ProviderCollector

from chassis import problems
from chassis.broker_connection import Transport
from chassis.crash_points import declare, reached
from chassis.exchanges import REQUESTS
from chassis.queues import ensure_exchange, shared_exchange
from chassis.replies import is_reply_key

log = structlog.get_logger(__name__)

BROKER_ERRORS = (ConnectionError, OSError, AMQPError)
_NON_PERSISTENT = 1
_HEARTBEAT_S = 5  # a connection that went silent is given up after two; less would take a busy machine for a dead one
_SETUP_S = 15.0  # for one declaration or subscription; together they take as long as there are queues
_GOODBYE_S = 5.0
_RECONNECT_PAUSE_S = 0.5
_EVENTS_AHEAD = 8  # a handler's queue hands out at least so many at a time, where there are as many workers
_LOOK_UP_S = 1.0  # so often a consumer that hears nothing looks after its heartbeat; what else there is to do wakes it
declare({"rpc.answer_sent": "an answer is sent, the request is not acknowledged"})


class _GivenUp(Exception):
    """Asked to stop while the broker is away."""


class QueueConsumer(messaging.QueueConsumer):  # type: ignore[misc]  # nameko publishes no types
    """Consumes until the last message in flight is settled, and comes back by itself when the broker was away.

    A provider has `queue`, `declare(channel, shared)` and `handle_message(message)`. A message is in flight until `ack_message` or
    `requeue_message` is called with it. A new connection starts with none in flight: the broker takes back what the old
    one held, and settling a message of the old one changes nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self._gt: Any = None
        self._pending_remove_providers: dict[Any, Event] = {}
        self._in_flight: set[Any] = set()
        self._next_event = Semaphore(1)  # of all events that wait, one stands in line for a worker
        self._stopping = False
        self._wire: Any = None  # the connection of the time being
        self._patience: float | None = None  # so long the broker may take to answer
        self._limit: Any = None  # hangs up on a broker that does not answer in time
        self.connected = False

    # -- lifecycle, called by the container

    def start(self) -> None:
        """Begin to consume; does not wait for the broker: readiness tells when it is there."""
        if self._gt is None:
            self._gt = self.container.spawn_managed_thread(self.run, identifier="consume")

    def unregister_provider(self, provider: Any) -> None:
        self._stopping = True
        if self._gt is not None and not self._gt.dead:
            cancelled = Event()
            self._pending_remove_providers[provider] = cancelled
            self._wake()
            cancelled.wait()
        ProviderCollector.unregister_provider(self, provider)

    def stop(self) -> None:
        self.wait_for_providers()
        if self._gt is not None:
            self._gt.wait()

    def kill(self) -> None:
        self.should_stop = True
        if self._gt is not None:
            self._gt.kill()

    def run(self) -> None:
        try:
            while not self.should_stop:
                try:
                    for _ in self.consume(limit=None, safety_interval=_LOOK_UP_S):
                        pass
                except _GivenUp:
                    return
                except BROKER_ERRORS as error:
                    log.warning("broker_connection_lost", error=str(error))
                    eventlet.sleep(_RECONNECT_PAUSE_S)
                except Exception:  # whatever the client library did: consuming goes on
                    log.exception("consumer_failed")
                    eventlet.sleep(_RECONNECT_PAUSE_S)
                finally:
                    self.connected = False
                    self._expect_answer_within(None)
        finally:
            for cancelled in self._pending_remove_providers.values():
                cancelled.send()
            self._pending_remove_providers = {}

    # -- hooks of kombu's ConsumerMixin

    @property
    def connection(self) -> Connection:
        return Connection(self.amqp_uri, transport=Transport, heartbeat=_HEARTBEAT_S, connect_timeout=5)

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        with self.create_connection() as connection:
            connection.ensure_connection(self.on_connection_error, None, interval_start=0.2, interval_step=0.3, interval_max=2)
            # A broker may take the connection and leave a declaration or a subscription unanswered: a quorum queue without a leader.
            self._wire = connection.connection
            self._wire.on_answer = lambda: self._expect_answer_within(self._patience)
            self._expect_answer_within(_SETUP_S)
            yield connection

    @contextmanager
    def extra_context(self, _connection: Connection, _channel: Any) -> Iterator[None]:
        try:
            yield
        except BaseException:
            # On the way out channels would be closed politely, waiting for answers that a silent connection never brings.
            self._hang_up()
            raise

    def get_consumers(self, consumer_cls: Any, channel: Any) -> list[Any]:
        self._in_flight.clear()
        self._consumers.clear()
        shared: set[str] = set()
        for provider in self._providers:
            provider.declare(channel, shared)
            self._consumers[provider] = consumer_cls(queues=[provider.queue], on_message=partial(self.handle_message, provider))
        for provider, consumer in self._consumers.items():
            consumer.qos(prefetch_count=self._ahead(provider))  # of what is subscribed to by this channel from now on
            consumer.consume()
        return list(self._consumers.values())

    def _ahead(self, provider: Any) -> int:
        """So many messages the broker hands out to a provider that are not settled yet: for requests as many as there are workers.

        Events share twice as many: what a process holds it must handle before it can stop, and no other replica can meanwhile.
        """
        workers = int(self.prefetch_count)
        if isinstance(provider, RpcConsumer):
            return workers
        events = sum(not isinstance(each, RpcConsumer) for each in self._providers)
        return min(workers, max(_EVENTS_AHEAD, 2 * workers // events))

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self.connected = False
        if self._stopping:
            raise _GivenUp from exc
        log.warning("broker_away", error=str(exc), retry_in_s=interval)

    def on_consume_ready(self, *_: Any, **__: Any) -> None:
        self._expect_answer_within(None)
        self.connected = True
        log.info("consuming", service=self.container.service_name, queues=sorted(p.queue.name for p in self._consumers))

    def on_consume_end(self, *_: Any) -> None:
        self.connected = False

    def on_iteration(self) -> None:
        for provider in list(self._pending_remove_providers):
            consumer = self._consumers.pop(provider, None)
            if consumer is not None:
                self._expect_answer_within(_GOODBYE_S)
                consumer.cancel()  # where this fails the request stays pending, and is met after the reconnect
                self._expect_answer_within(None)
            self._pending_remove_providers.pop(provider).send()
        if not self._consumers and not self._in_flight:
            self._expect_answer_within(_GOODBYE_S)
            self.should_stop = True
            self._wake()  # what follows is one more wait for the broker

    def _expect_answer_within(self, seconds: float | None) -> None:
        """From now on the broker has so long for each answer, or we hang up; None: no answer is due."""
        self._patience = seconds
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None if seconds is None else eventlet.spawn_after(seconds, self._hang_up)

    def _wake(self) -> None:
        if self._wire is not None:
            self._wire.wake()

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.hang_up()

    # -- messages

    def handle_message(self, provider: Any, message: Any) -> None:
        self._in_flight.add(message)
        if self.container.has_free_worker():
            provider.handle_message(message)
        else:  # waiting for a worker must not hold up this thread: it keeps the connection alive
            self.container.spawn_managed_thread(partial(self._wait_for_worker, provider, message), identifier="wait_for_worker")

    def _wait_for_worker(self, provider: Any, message: Any) -> None:
        """Requests and timers stand in line for a worker; a backlog of events takes one place in it, however long it is."""
        with nullcontext() if isinstance(provider, RpcConsumer) else self._next_event:
            provider.handle_message(message)

    def ack_message(self, message: Any) -> None:
        self._settle(message, message.ack)

    def requeue_message(self, message: Any) -> None:
        self._settle(message, message.requeue)

    def _settle(self, message: Any, how: Callable[[], None]) -> None:
        try:
            if message.channel.connection:
                how()
        except BROKER_ERRORS as error:  # the broker hands it out again
            log.info("message_not_settled", error=str(error))
        finally:
            self._in_flight.discard(message)
            if self._stopping and not self._in_flight:
                self._wake()


class RpcConsumer(nameko_rpc.RpcConsumer):  # type: ignore[misc]  # nameko publishes no types
    """Takes the requests of one nameko service and answers on the channel they came by.

    py-amqp writes the frames of one message under a lock of the connection, so workers may share the channel for writing.
    """

    queue_consumer = QueueConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._by_method: dict[str, Any] = {}

    def register_provider(self, provider: Any) -> None:
        super().register_provider(provider)
        self._by_method[provider.method_name] = provider

    def setup(self) -> None:
        super().setup()
        self.queue.exchange = shared_exchange(REQUESTS)

    def declare(self, channel: Any, shared: set[str]) -> None:
        """The queue is declared by the consumer itself."""
        ensure_exchange(channel, REQUESTS, shared)

    def handle_message(self, message: Any) -> None:
        method = message.delivery_info["routing_key"].rpartition(".")[2]
        provider = self._by_method.get(method)
        if provider is not None:
            provider.handle_message(message)
        else:
            self.reply(message, problems.answer(problems.unknown_method(self.container.service_name, method)))

    def reply(self, message: Any, body: bytes) -> None:
        """Answer and settle a request. Whoever asked has a deadline: an answer the broker cannot take is dropped."""
        properties = message.properties
        reply_to = str(properties.get("reply_to") or "")
        channel = message.channel
        try:
            if not is_reply_key(reply_to):
                log.warning("answer_dropped", error="no place for answers")
            elif channel.connection:
                answer = channel.prepare_message(
                    body,
                    content_type="application/json",
                    content_encoding="utf-8",
                    properties={"correlation_id": properties.get("correlation_id"), "delivery_mode": _NON_PERSISTENT},
                )
                channel.basic_publish(answer, exchange=REQUESTS, routing_key=reply_to)
                reached("rpc.answer_sent")
        except BROKER_ERRORS as error:
            log.info("answer_dropped", error=str(error))
        finally:
            self.queue_consumer.ack_message(message)
