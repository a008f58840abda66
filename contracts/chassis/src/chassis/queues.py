"""The queues of an event handler: their names, their arguments, and how they are declared, the same by whoever declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kombu import Exchange, Queue

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
        return f"{self.event_type.partition('.')[0]}.events"

    def queue(self, settings: QueueSettings) -> Queue:
        """The queue that events arrive in."""
        arguments: Mapping[str, Any] = {
            **_QUORUM,
            **_SAFE_DEAD_LETTER,
            "x-delivery-limit": settings.delivery_limit,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead_letters_of(self.name),
        }
        if self.retired:
            return Queue(self.name, durable=True, queue_arguments=arguments)
        exchange = Exchange(self.exchange, type="topic", durable=True)
        return Queue(self.name, exchange=exchange, routing_key=self.event_type, durable=True, queue_arguments=arguments)

    def dead_letters(self) -> Queue:
        """The queue of what the handler could not handle."""
        return Queue(dead_letters_of(self.name), durable=True, queue_arguments=_QUORUM)

    def declare(self, channel: Any, settings: QueueSettings, shared: set[str]) -> None:
        """Declare all of it: exchange, waiting queues, queue and binding.

        `shared` are the waiting queues that this channel has declared already; what is declared here is added.
        The dead letters come last: who finds their queue knows that the handler's own stands and is bound (the relay asks).
        """
        tiers = RetryTiers(settings.retry_tiers_s)
        for tier in range(len(tiers.delays_s)):
            waiting = _waiting(self.service, tiers, tier)
            if waiting.name not in shared:
                waiting(channel).declare()
                shared.add(waiting.name)
        self.queue(settings)(channel).declare()
        if self.retired:
            channel.queue_unbind(self.name, exchange=self.exchange, routing_key=self.event_type)
        self.dead_letters()(channel).declare()


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
            "x-dead-letter-exchange": "",
        },
    )
