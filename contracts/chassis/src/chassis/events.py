"""The entrypoint of an event handler: its own quorum queue, delayed retry in tiers, then the dead letters."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import eventlet
import orjson
import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint
from opentelemetry.trace import SpanKind, Status, StatusCode
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from chassis import metrics, tracing
from chassis.confirmed_publisher import shared_publisher
from chassis.consumers import QueueConsumer
from chassis.context import AlreadyHandled, Delivery, current_delivery
from chassis.crash_points import declare, reached
from chassis.event_headers import (
    ATTEMPT,
    DELIVERY_COUNT,
    ERROR,
    ERROR_TRACE,
    ERROR_TRACE_ID,
    FAILED_AT,
    FIRST_FAILED_AT,
    OF_THE_BROKER,
    QUEUE,
    attribute,
)
from chassis.key_ring import KeyRing, KeysAway, key_ring
from chassis.mongo import LostRace, may_heal, retrying
from chassis.person_keys import opened, people_in
from chassis.queues import HandlerQueue, dead_letters_of, delivery_of
from chassis.retry import NotYet, RetryTiers
from chassis.settings import ServiceSettings
from chassis.wiring import RUNTIME, Runtime
from contracts.base import Event

log = structlog.get_logger(__name__)

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 15.0
# Far below the delivery limit, at which the broker makes a dead letter of it without a word of why.
_HANDED_OUT_IN_VAIN = 5

declare(
    {
        "event.taken": "an event is taken from its queue, nothing is done",
        "event.handled": "the handler's transaction is committed, the event is not acknowledged",
        "event.failed": "the handler failed, the event is not set aside",
        "event.set_aside": "the failed event waits in another queue too, it is not acknowledged in this one",
    }
)


class NeverSettled(Exception):
    """An event that several consumers took and none settled: their process or their connection ended first."""


class EventEntrypoint(Entrypoint):  # type: ignore[misc]  # nameko publishes no types
    """Takes one event type from the queue `<service>.<method>`.

    A failed event waits in a tier's queue (published with confirmation, then acknowledged here) and comes back from there;
    after the last tier it lies in `<queue>.dead` with the error, its trace and the original message.
    """

    queue_consumer = QueueConsumer()

    def __init__(self, event: type[Event]) -> None:
        self._event = event
        super().__init__()

    @property
    def event_type(self) -> str:
        return self._event.type()

    def setup(self) -> None:
        runtime: Runtime = self.container.config[RUNTIME]
        self._settings: ServiceSettings = runtime.resources.settings
        self._keys: KeyRing = runtime.built(key_ring)
        self._tiers = RetryTiers(self._settings.retry_tiers_s)
        self._handler_queue = HandlerQueue(f"{self.container.service_name}.{self.method_name}", self._event.type())
        self.queue = self._handler_queue.queue(self._settings)
        self._publisher = shared_publisher(self._settings.amqp_url)
        self.queue_consumer.register_provider(self)

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)

    def declare(self, channel: Any, shared: set[str]) -> None:
        self._handler_queue.declare(channel, self._settings, shared)

    def handle_message(self, message: Any) -> None:
        try:
            self.container.spawn_worker(self, (message,), {})
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def work(self, method: Callable[[Event], None], message: Any) -> None:
        """Handle one event. Whatever happens, the message is settled."""
        service = self.container.service_name
        started = time.perf_counter()
        outcome = "requeued"
        try:
            with (
                metrics.IN_FLIGHT.labels(service).track_inprogress(),
                tracing.tracer.start_as_current_span(
                    f"{service}.{self.method_name}",
                    context=tracing.extract({tracing.TRACEPARENT: attribute(message.headers, "traceparent")}),
                    kind=SpanKind.CONSUMER,
                    attributes={"messaging.system": "rabbitmq", "messaging.destination.name": self.queue.name},
                ) as span,
                structlog.contextvars.bound_contextvars(event_id=str(attribute(message.headers, "id"))),
            ):
                outcome = self._handle(method, message)
                if outcome not in ("ok", "duplicate"):
                    span.set_status(Status(StatusCode.ERROR, outcome))
        finally:
            if outcome == "requeued":
                # Each return counts towards the delivery limit: an outage of a few minutes must not use it up.
                eventlet.sleep(min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** _returned(message)))
                self.queue_consumer.requeue_message(message)
            else:
                self.queue_consumer.ack_message(message)
            metrics.EVENTS.labels(service, self._event.type(), outcome).inc()
            metrics.EVENT_SECONDS.labels(service, self._event.type()).observe(time.perf_counter() - started)

    def _handle(self, method: Callable[[Event], None], message: Any) -> str:
        """Run the handler and see to what failed; says what became of the event."""
        try:
            event, delivery = self._read(message)
        except (ValueError, ValidationError) as error:  # no later attempt reads it better
            log.exception("event_unreadable", queue=self.queue.name)
            return self._set_aside(message, error, dead_letters_of(self.queue.name))
        except Exception as error:
            return self._retry(message, error)
        if (times := _returned(message)) >= _HANDED_OUT_IN_VAIN:
            return self._retry(message, NeverSettled(f"handed out {times} times, and each time its taker ended or lost the broker"))
        current_delivery.set(delivery)
        reached("event.taken")
        try:
            retrying(lambda: method(event))
            reached("event.handled")
        except AlreadyHandled:
            return "duplicate"
        except Exception as error:
            reached("event.failed")
            return self._retry(message, error)
        return "ok"

    def _read(self, message: Any) -> tuple[Event, Delivery]:
        headers = message.headers
        body = orjson.loads(message.body)
        if self._event.personal:
            body = opened(body, {user_id: self._keys.of(user_id) for user_id in people_in(body)})
        event = self._event.received(body)
        event_id = attribute(headers, "id")
        if not event_id:
            raise ValueError("the event has no id")
        return event, Delivery(
            event_id=str(event_id),
            event_type=self._event.type(),
            handler=self.queue.name,
            subject=str(attribute(headers, "subject") or event.subject),
            sequence=int(attribute(headers, "sequence") or 0),
            attempt=int(headers.get(ATTEMPT) or 0),
        )

    def _retry(self, message: Any, error: Exception) -> str:
        attempt = int(message.headers.get(ATTEMPT) or 0)
        if isinstance(error, KeysAway) or (
            isinstance(error, PyMongoError | LostRace) and may_heal(error)
        ):  # not the handler's fault: never a dead letter
            log.warning(
                "event_delayed", queue=self.queue.name, event_type=self._event.type(), error=f"{type(error).__name__}: {error}"[:200]
            )
            tier = self._tiers.patient(attempt)
            return self._set_aside(message, error, self.queue.name, tier=tier, failed=max(attempt, self._tiers.patient(attempt + 1)))
        last = attempt >= len(self._tiers.delays_s)
        told = {"queue": self.queue.name, "event_type": self._event.type(), "attempt": attempt + 1}
        if last:
            log.error("event_dead", **told, exc_info=error)
            return self._set_aside(message, error, dead_letters_of(self.queue.name))
        if isinstance(error, NotYet):
            log.info("event_waits", **told, waits_for=str(error))
        else:
            log.error("event_failed", **told, exc_info=error)
        return self._set_aside(message, error, self.queue.name, tier=attempt)

    def _set_aside(self, message: Any, error: Exception, routing_key: str, *, tier: int | None = None, failed: int | None = None) -> str:
        """Publish the message to a waiting queue or to the dead letters; `failed` attempts, one more than before unless told."""
        headers = {name: value for name, value in message.headers.items() if name not in OF_THE_BROKER}
        failed_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        headers = (
            {FIRST_FAILED_AT: failed_at}
            | headers
            | {
                ATTEMPT: int(message.headers.get(ATTEMPT) or 0) + 1 if failed is None else failed,
                ERROR: f"{type(error).__name__}: {error}"[:500],
                ERROR_TRACE: "".join(traceback.format_exception(error))[-4000:],
                ERROR_TRACE_ID: tracing.current_trace_id() or "",
                FAILED_AT: failed_at,
                QUEUE: self.queue.name,
            }
        )
        try:
            self._publisher.publish(
                message.body,
                content_type=message.content_type or "application/json",
                content_encoding=message.content_encoding or "utf-8",
                exchange=delivery_of(self.container.service_name) if tier is None else self._waiting(tier),
                routing_key=routing_key,
                headers=headers,
                expiration=None if tier is None else self._tiers.jittered(tier) / 1000,
                message_id=str(attribute(headers, "id") or ""),
            )
        except Exception as failure:  # the broker is away or refuses: it keeps the message
            log.warning("event_not_set_aside", queue=self.queue.name, error=str(failure))
            return "requeued"
        reached("event.set_aside")
        return "dead" if tier is None else "retried"

    def _waiting(self, tier: int) -> str:
        return self._tiers.queue(self.container.service_name, tier)


def _returned(message: Any) -> int:
    """How often the broker has had it back from a consumer that ended or handed it back."""
    return int(message.headers.get(DELIVERY_COUNT) or 0)
