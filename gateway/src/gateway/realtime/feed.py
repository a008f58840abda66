"""Domain events from RabbitMQ, heard by this replica for itself: a queue of its own, gone with the connection."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import aio_pika
import orjson
import structlog
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from cachetools import FIFOCache
from pydantic import ValidationError

from chassis.broker_link import kept, leave
from chassis.exchange_check import ensure_exchange
from chassis.exchanges import events_of
from contracts.base import Event
from gateway import metrics

_log = structlog.get_logger(__name__)
_HEARTBEAT_S = 5  # a connection that fell silent is given up after three
_REMEMBERED = 10_000  # events, to know duplicates by


@dataclass(frozen=True, slots=True)
class _Link:
    """One connection, and what came in by it; None when it is lost."""

    connection: AbstractConnection
    arrived: asyncio.Queue[AbstractIncomingMessage | None]


class EventFeed:
    """Hands each event to `on_event`, one after another, a redelivered one once.

    What is published while the broker is away from us is not heard: `on_gap` is called at each connection, so that clients
    can be told to look for themselves. At the first one too: somebody may have connected before it.
    """

    def __init__(
        self,
        amqp_url: str,
        events: Iterable[type[Event]],
        on_event: Callable[[Event], Awaitable[None]],
        on_gap: Callable[[], Awaitable[None]],
    ) -> None:
        self._url = amqp_url
        self._events = {event.type(): event for event in events}
        self._on_event = on_event
        self._on_gap = on_gap
        self._seen: FIFOCache[str, None] = FIFOCache(_REMEMBERED)
        self._keeper: asyncio.Task[None] | None = None
        self.connected = False

    async def start(self) -> None:
        """Listen until `stop`; the broker may come later."""
        self._keeper = asyncio.create_task(self._keep_listening(), name="event-feed")

    async def stop(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def _keep_listening(self) -> None:
        def away(error: Exception, _pause_s: float) -> None:
            _log.warning("event_feed_away", error=str(error))

        async def listen(link: _Link) -> None:
            self._tell(connected=True)
            try:
                await self._on_gap()
                while (message := await link.arrived.get()) is not None:
                    await self._handle(message)
                _log.warning("event_feed_lost")
            finally:
                self._tell(connected=False)
                await leave(link.connection)

        await kept(self._connect, listen, away)

    async def _connect(self) -> _Link:
        arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        connection = await aio_pika.connect(self._url, heartbeat=_HEARTBEAT_S)
        try:

            def lost(*_: Any) -> None:
                arrived.put_nowait(None)

            async def take(message: AbstractIncomingMessage) -> None:
                arrived.put_nowait(message)

            connection.close_callbacks.add(lost)
            channel = await connection.channel(publisher_confirms=False)
            channel.close_callbacks.add(lost)
            queue = await channel.declare_queue(f"gateway.feed.{uuid.uuid4()}", exclusive=True, auto_delete=True)
            for source in {event.source for event in self._events.values()}:
                await ensure_exchange(events_of(source), connection.channel)
            underlay = await channel.get_underlay_channel()
            for event in self._events.values():
                # Not confirmed one by one, which would take longer than a connection may where the broker is far away.
                await underlay.queue_bind(queue.name, events_of(event.source), event.type(), nowait=True)
            await queue.consume(take, no_ack=True)  # answered when all of them stand, refused when one does not
        except BaseException:
            await leave(connection)
            raise
        return _Link(connection, arrived)

    def _tell(self, *, connected: bool) -> None:
        self.connected = connected
        metrics.FEED_CONNECTED.set(connected)

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        event_id = str(message.headers.get("cloudEvents_id") or message.message_id or "")
        if event_id in self._seen:
            return
        try:
            event = self._events[message.routing_key or ""].received(orjson.loads(message.body))
            await self._on_event(event)
        except (ValidationError, ValueError, KeyError):
            _log.exception("event_unreadable", event_id=event_id, routing_key=message.routing_key)
        except Exception:
            _log.exception("push_failed", event_id=event_id, routing_key=message.routing_key)
        if event_id:
            self._seen[event_id] = None
