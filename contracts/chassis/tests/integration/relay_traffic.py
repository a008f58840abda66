"""Events on their way through a relay: writing them to an outbox, and hearing what comes out of the broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aio_pika

from chassis.mongo import MongoUnitOfWork, Store
from contracts.base import Event


@dataclass
class Received:
    """What came in, in order, of these subjects alone: other tests may publish to the same exchange."""

    subjects: set[str]
    messages: list[aio_pika.abc.AbstractIncomingMessage] = field(default_factory=list)

    def take(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        if message.headers["cloudEvents_subject"] in self.subjects:
            self.messages.append(message)

    @property
    def ids(self) -> list[str]:
        return [str(message.message_id) for message in self.messages]

    def out_of_order(self, count: int) -> dict[str, list[int]]:
        """The subjects that did not get 1 to `count`, each sequence where it came first (an inbox drops what comes again).

        Empty when all is well; of a wrong subject the sequences from the first wrong one on.
        """
        came: dict[str, list[int]] = {subject: [] for subject in self.subjects}
        for message in self.messages:
            sequences = came[str(message.headers["cloudEvents_subject"])]
            sequence = int(str(message.headers["cloudEvents_sequence"]))
            if sequence not in sequences:
                sequences.append(sequence)
        expected = list(range(1, count + 1))
        return {
            subject: [number for place, number in enumerate(sequences) if expected[place : place + 1] != [number]][:10]
            for subject, sequences in came.items()
            if sequences != expected
        }


@asynccontextmanager
async def receiving(amqp_url: str, subjects: list[str], exchange: str = "identity.events") -> AsyncIterator[Received]:
    received = Received(set(subjects))

    async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        received.take(message)

    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        source = await channel.declare_exchange(exchange, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue("", exclusive=True)
        await queue.bind(source, "#")
        await queue.consume(take, no_ack=True)
        yield received


def emit(store: Store, *events: Event) -> None:
    with MongoUnitOfWork(store) as work:
        for event in events:
            work.emit(event)
