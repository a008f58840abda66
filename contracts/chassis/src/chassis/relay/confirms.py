"""Events that are on their way to the broker, and types of events that it does not confirm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika.exceptions import DeliveryError

from chassis.relay.tenure import Unconfirmed

STEP_SECONDS = 0.6
_LATE_STEPS = 5  # an event that waits for more steps is late, if others were confirmed that came after it
_SILENT_STEPS = 8  # and so it is if nothing was heard for so long
_LONG_STEPS = 2  # one that waited for more, and in the end for nothing, puts its type in doubt
_TRY_SECONDS = 30.0

Doubts = dict[str, bool]  # by type of event: whether one is being tried


class Confirms:
    """The confirms that one channel waits for.

    Time is counted in steps, which whoever watches takes only while the broker takes messages: what it has said that it will not
    read yet is not late, and an event loop that was held up does not take its own silence for the broker's. A broker that is slow
    with everything is not mute, as long as it is heard of.
    """

    def __init__(self, doubts: Doubts) -> None:
        """`doubts`: kept from one channel to the next."""
        self.heard = 0  # how often the broker said something
        self._doubts = doubts
        self._step = 0
        self._heard_at = 0
        self._newest = 0  # the step in which the newest event came that the broker has answered
        self._waiting: dict[object, tuple[int, str]] = {}  # since which step, and of which type

    def doubted(self, event_type: str) -> bool:
        """Whether events of this type are to be tried one at a time."""
        return event_type in self._doubts

    def late(self) -> list[str]:
        """Take a step: the types of events that the channel waits for in vain."""
        self._step += 1
        silent = self._step - self._heard_at > _SILENT_STEPS
        overtaken = self._newest - 1
        waited = self._step - (_SILENT_STEPS if silent else _LATE_STEPS)
        return sorted({kind for since, kind in self._waiting.values() if since < waited and (silent or since < overtaken)})

    @asynccontextmanager
    async def awaited(self, event_type: str) -> AsyncIterator[None]:
        """What is done within waits for the confirm of an event."""
        mine, answered = object(), False
        self._waiting[mine] = (self._step, event_type)
        try:
            yield
            answered = True
        except DeliveryError:
            answered = True
            raise
        finally:
            since, _ = self._waiting.pop(mine)
            if answered:
                self.heard += 1
                self._heard_at, self._newest = self._step, max(self._newest, since)
            elif self._step - since > _LONG_STEPS:
                self._doubts.setdefault(event_type, False)

    @asynccontextmanager
    async def tried(self, event_type: str) -> AsyncIterator[None]:
        """The same for an event of a type in doubt, which takes its time. Any more would fill the window, and the broker with copies.

        Raises:
            Unconfirmed: there was no confirm, or another one is being tried.
        """
        if self._doubts.get(event_type):
            raise Unconfirmed(event_type)
        self._doubts[event_type] = True
        limit = asyncio.timeout(_TRY_SECONDS)
        try:
            async with limit:
                yield
        except TimeoutError:
            if limit.expired():
                raise Unconfirmed(event_type) from None
            raise
        finally:
            self._doubts[event_type] = False
        del self._doubts[event_type]
