"""The queues of an event handler: their names, their arguments, and how they are declared, the same by whoever declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from amqp.exceptions import NotFound
from kombu import Exchange, Queue, binding

from chassis.exchanges import events_of
from chassis.retry import RetryTiers

_QUORUM = {"x-queue-type": "quorum"}
# With at-least-once a dead-lettered message leaves its queue when the next has it; it asks for reject-publish.
_SAFE_DEAD_LETTER = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


class QueueSettings(Protocol):
    """What a service's settings say of its queues."""

    @property
    def retry_tiers_s(self) -> tuple[float, ...]: ...
    @property
    def delivery_limit(self) -> int: ...


def dead_letters_of(queue: str) -> str:
    """The queue of the dead letters of a handler's queue."""
    return f"{queue}.dead"


def delivery_of(service: str) -> str:
    """The exchange that hands a message to a queue of this nameko service by the queue's name.

    The broker's default exchange would do so for every queue there is: nobody may publish to that (decision 0066).
    """
    return f"{service}.queues"


def shared_exchange(name: str) -> Exchange:
    """One that is asked for with `ensure_exchange` and not declared with what is bound to it."""
    return Exchange(name, type="topic", durable=True, no_declare=True)


def ensure_exchange(channel: Any, name: str, shared: set[str]) -> None:
    """Return when the topic exchange stands: declared where it is missing, which takes a right that asking does not.

    `shared` are the names that were seen to stand by this connection.

    Raises:
        amqp.exceptions.AMQPError: it is missing, and this user may not declare it; or the connection broke.
    """
    if name in shared:
        return
    asking = channel.connection.channel()
    try:
        asking.exchange_declare(exchange=name, type="topic", durable=True, auto_delete=False, passive=True)
    except NotFound:  # the broker has closed the channel
        channel.exchange_declare(exchange=name, type="topic", durable=True, auto_delete=False)
    else:
        asking.close()
    shared.add(name)


@dataclass(frozen=True, slots=True)
class HandlerQueue:
    """`<nameko service>.<method>`, bound to the exchange of the event's source by the event's type.

    A queue whose handler was retired stays declared for what still waits for it, but is bound to nothing.
    """

    name: str
    event_type: str
    retired: bool = False

    @property
    def service(self) -> str:
        """The nameko service that the handler belongs to."""
        return self.name.rpartition(".")[0]

    @property
    def exchange(self) -> str:
        return events_of(self.event_type.partition(".")[0])

    def queue(self, settings: QueueSettings) -> Queue:
        """The queue that events arrive in."""
        arguments: Mapping[str, Any] = {
            **_QUORUM,
            **_SAFE_DEAD_LETTER,
            "x-delivery-limit": settings.delivery_limit,
            "x-dead-letter-exchange": delivery_of(self.service),
            "x-dead-letter-routing-key": dead_letters_of(self.name),
        }
        bindings = [self._delivered(self.name)]
        if not self.retired:
            bindings.append(binding(shared_exchange(self.exchange), routing_key=self.event_type))
        return Queue(self.name, bindings=bindings, durable=True, queue_arguments=arguments)

    def dead_letters(self) -> Queue:
        """The queue of what the handler could not handle."""
        name = dead_letters_of(self.name)
        return Queue(name, bindings=[self._delivered(name)], durable=True, queue_arguments=_QUORUM)

    def declare(self, channel: Any, settings: QueueSettings, shared: set[str]) -> None:
        """Declare all of it: exchange, waiting queues, queue and binding.

        `shared` are the waiting queues and exchanges that this connection has declared or seen already; what is declared here is added.
        The dead letters come last: who finds their queue knows that the handler's own stands and is bound (the relay asks).
        """
        for waiting in waiting_queues(self.service, settings):
            if waiting.name not in shared:
                waiting(channel).declare()
                shared.add(waiting.name)
        if delivery_of(self.service) not in shared:
            Exchange(delivery_of(self.service), type="direct", durable=True)(channel).declare()
            shared.add(delivery_of(self.service))
        if not self.retired:
            ensure_exchange(channel, self.exchange, shared)
        self.queue(settings)(channel).declare()
        if self.retired:
            self.unbind(channel)
        self.dead_letters()(channel).declare()

    def unbind(self, channel: Any) -> None:
        """No further events come; unbinding again changes nothing."""
        channel.queue_unbind(self.name, exchange=self.exchange, routing_key=self.event_type)

    def _delivered(self, queue: str) -> binding:
        return binding(Exchange(delivery_of(self.service), type="direct", durable=True, no_declare=True), routing_key=queue)


def waiting_queues(service: str, settings: QueueSettings) -> list[Queue]:
    """Those in which the failed events of a nameko service wait for their next attempt."""
    tiers = RetryTiers(settings.retry_tiers_s)
    return [_waiting(service, tiers, tier) for tier in range(len(tiers.delays_s))]


def _waiting(service: str, tiers: RetryTiers, tier: int) -> Queue:
    """A waiting queue is shared by the handlers of a service: it hands a message back to the queue it was routed for."""
    name = tiers.queue(service, tier)
    return Queue(
        name,
        exchange=Exchange(name, type="fanout", durable=True),
        durable=True,
        queue_arguments={
            **_QUORUM,
            **_SAFE_DEAD_LETTER,
            "x-message-ttl": tiers.milliseconds(tier),
            "x-dead-letter-exchange": delivery_of(service),
        },
    )
