"""From the broker into the database and back: what died is kept, what is replayed is sent to its handler again, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import eventlet
import structlog
from kombu import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint
from pymongo.errors import PyMongoError

from chassis import metrics
from chassis.confirmed_publisher import shared_publisher
from chassis.consumers import QueueConsumer
from chassis.crash_points import declare, reached
from chassis.dead_letters import letter as letters_read
from chassis.dead_letters.letters import Letters
from chassis.event_headers import attribute
from chassis.mongo import Store
from chassis.privacy.erased_people import ErasedPeople
from chassis.privacy.traces import ABOUT_ERASING
from chassis.queues import HandlerQueue, delivery_of
from chassis.settings import ServiceSettings
from chassis.wiring import RUNTIME, Runtime

log = structlog.get_logger(__name__)

_PAUSE_S = 1.0
_SENT_AT_ONCE = 200
_USER_ID = re.compile(rb"user_[0-7][0-9a-hjkmnp-tv-z]{25}")
declare(
    {
        "dead_letter.kept": "the letter is in the database, the broker does not know it",
        "dead_letter.sent_again": "the broker has a replayed letter, that it was sent is not recorded",
        "dead_letter.sending_recorded": "the letter is recorded as replayed, the next one is not sent",
    }
)


class DeadLetterEntrypoint(Entrypoint):  # type: ignore[misc]  # nameko publishes no types
    """Takes whatever dies in these handlers' queues: `def collect(self, message, queue)`.

    While the database is away the messages are held, not handed back: each time would count as a delivery.
    """

    queue_consumer = QueueConsumer()

    def __init__(self, handlers: Iterable[HandlerQueue]) -> None:
        self._handlers = tuple(handlers)
        self._providers: list[_Source] = []
        self._stopping = False
        super().__init__()

    def setup(self) -> None:
        runtime: Runtime = self.container.config[RUNTIME]
        settings: ServiceSettings = runtime.resources.settings
        for handler in self._handlers:
            self._providers.append(_Source(self, handler, handler.dead_letters(), settings))
            if handler.retired:  # replicas of the release before may still handle it: they are served first
                left = handler.queue(settings)
                left.consumer_arguments = {"x-priority": -10}
                self._providers.append(_Source(self, handler, left, settings))
        for provider in self._providers:
            self.queue_consumer.register_provider(provider)

    def stop(self) -> None:
        self._stopping = True
        for thread in [eventlet.spawn(self.queue_consumer.unregister_provider, provider) for provider in self._providers]:
            thread.wait()

    def take(self, message: Any, queue: str) -> None:
        try:
            self.container.spawn_worker(self, (message, queue), {})
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def work(self, collect: Any, message: Any, queue: str) -> None:
        """Keep one letter, however long the database is away."""
        while not self._stopping:
            try:
                collect(message, queue)
            except PyMongoError as error:
                log.warning("dead_letter_not_kept", queue=queue, error=str(error)[:200])
                eventlet.sleep(_PAUSE_S)
            except Exception:
                log.exception("dead_letter_not_kept", queue=queue)
                eventlet.sleep(_PAUSE_S)
            else:
                reached("dead_letter.kept")
                self.queue_consumer.ack_message(message)
                return
        self.queue_consumer.requeue_message(message)


class _Source:
    """One queue to collect from."""

    def __init__(self, entrypoint: DeadLetterEntrypoint, handler: HandlerQueue, queue: Queue, settings: ServiceSettings) -> None:
        self.queue = queue
        self._entrypoint = entrypoint
        self._handler = handler
        self._settings = settings

    def declare(self, channel: Any, shared: set[str]) -> None:
        """All of the handler's queues: the dead letters stand only where the handler's own queue does."""
        self._handler.declare(channel, self._settings, shared)

    def handle_message(self, message: Any) -> None:
        self._entrypoint.take(message, self._handler.name)


class DeadLetterPost:
    """Collects letters and sends them out again."""

    def __init__(self, service: str, store: Store, amqp_url: str) -> None:
        self._service = service
        self._store = store
        self._letters = Letters(store.database)
        self._erased = ErasedPeople(store.database)
        self._publisher = shared_publisher(amqp_url)
        self._measured: set[str] = set()

    def collect(self, message: Any, queue: str) -> None:
        letter = letters_read.read(message, queue, self._store.clock.now())
        if self._tells_of_the_erased(letter):
            return
        if self._letters.collect(letter, self._store.new_id):
            metrics.DEAD.labels(self._service, queue).inc()
            log.error("dead_letter", queue=queue, event_id=letter["event_id"], event_type=letter["event_type"], trace_id=letter["trace_id"])

    def _tells_of_the_erased(self, letter: letters_read.Letter) -> bool:
        """Nothing is kept of who was erased, not even what could not be handled."""
        if letter["event_type"] in ABOUT_ERASING:
            return False
        people = {found.decode() for found in _USER_ID.findall(bytes(letter["body"]))}
        return any(self._erased.has(user_id) for user_id in people)

    def send(self) -> None:
        """Send what is to be replayed; a letter whose sending was cut off is sent again, which the inbox absorbs."""
        for letter in self._letters.to_send(_SENT_AT_ONCE):
            try:
                self._publish(letter)
            except Exception as error:  # the broker is away: the next run goes on here
                log.warning("replay_delayed", queue=letter["queue"], error=str(error)[:200])
                return
            reached("dead_letter.sent_again")
            self._letters.sent(letter, self._store.clock.now())
            reached("dead_letter.sending_recorded")
            log.info("dead_letter_replayed", queue=letter["queue"], event_id=letter["event_id"], replay=letter["replays"])

    def measure(self) -> None:
        """Tell Prometheus what waits."""
        waiting, now = self._letters.measured(), self._store.clock.now()
        for queue in self._measured | waiting.keys():
            count, since = waiting.get(queue, (0, now))
            metrics.DEAD_LETTERS.labels(self._service, queue).set(count)
            metrics.DEAD_LETTERS_OLDEST.labels(self._service, queue).set(max(0.0, (now - since).total_seconds()))
        self._measured |= waiting.keys()

    def _publish(self, letter: letters_read.Letter) -> None:
        headers = letters_read.headers_again(letter)
        self._publisher.publish(
            bytes(letter["body"]),
            content_type=letter["content_type"],
            content_encoding=letter["content_encoding"],
            exchange=delivery_of(letter["queue"].rpartition(".")[0]),
            routing_key=letter["queue"],
            headers=headers,
            message_id=str(attribute(headers, "id") or ""),
        )
