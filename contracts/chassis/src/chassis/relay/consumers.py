"""Whether those who are to have an event have a queue for it: what is known of our consumers, checked against the broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel

_LOOK_AGAIN_SECONDS = 0.5  # while a queue is missing, however many events wait for it
_UNBOUND_SECONDS = 5.0  # while it stands and gets nothing: only another event can tell whether that has changed
_ANSWER_SECONDS = 2.0
_GOODBYE_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class Consumers:
    """The queues of the declared consumers, as this connection to the broker has seen them.

    A handler's queue of dead letters is declared last: where that stands, the handler's own queue stands and is bound.
    Asking for a queue passively takes no rights on it.
    """

    def __init__(self, queues: Mapping[str, tuple[str, ...]], open_channel: Callable[[], Awaitable[AbstractChannel]]) -> None:
        """`queues`: by event type."""
        self._queues = queues
        self._awaited = {queue for some in queues.values() for queue in some}
        self._open_channel = open_channel
        self._found: set[str] = set()
        self._missing_at: dict[str, float] = {}  # by queue: when it was last looked for in vain
        self._looking = asyncio.Lock()

    def expected(self, event_type: str) -> bool:
        """Whether a declared consumer takes this type."""
        return event_type in self._queues

    async def returned(self, event_type: str) -> str:
        """The broker had no queue for an event after all: which one is to be waited for."""
        queues = self._queues[event_type]
        self._found.difference_update(queues)
        missing = await self.missing(event_type)
        if missing is not None:
            return missing
        _log.error("consumer_queue_not_bound", queue=queues[0], hint="python -m chassis.topology binds it")
        self._found.discard(queues[0])
        self._missing_at[queues[0]] = time.monotonic() + _UNBOUND_SECONDS - _LOOK_AGAIN_SECONDS
        return queues[0]

    async def stands(self, queue: str) -> bool:
        """Whether nothing has to wait for this queue: it is there, or is not expected any more."""
        return queue not in self._awaited or queue in self._found or await self._exists(queue)

    async def missing(self, event_type: str) -> str | None:
        """A queue that is not there though a consumer of this type is declared, if there is one."""
        for queue in self._queues.get(event_type, ()):
            if queue not in self._found and not await self._exists(queue):
                return queue
        return None

    async def _exists(self, queue: str) -> bool:
        async with self._looking:
            if queue in self._found:
                return True
            if time.monotonic() - self._missing_at.get(queue, float("-inf")) < _LOOK_AGAIN_SECONDS:
                return False
            channel = await self._open_channel()  # a channel of its own: the broker closes it where there is no such queue
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await channel.declare_queue(f"{queue}.dead", passive=True)
            except (aio_pika.exceptions.ChannelNotFoundEntity, TimeoutError):  # one that cannot be asked for is as good as none
                if queue not in self._missing_at:
                    _log.error("consumer_queue_missing", queue=queue, hint="python -m chassis.topology declares it")
                self._missing_at[queue] = time.monotonic()
                return False
            finally:
                if not channel.is_closed:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_GOODBYE_SECONDS):
                            await channel.close()
            self._found.add(queue)
            if self._missing_at.pop(queue, None) is not None:
                _log.info("consumer_queue_found", queue=queue)
            return True
