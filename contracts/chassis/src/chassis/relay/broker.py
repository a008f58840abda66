"""The relay's side of the broker: exchanges, CloudEvents in AMQP binary mode, publisher confirms."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiormq.abc import DeliveredMessage

from chassis.broker_flow import takes_messages, within
from chassis.broker_link import BrokerLost, broker_errors, leave
from chassis.crash_points import declare, reached
from chassis.exchange_check import ensure_exchange
from chassis.exchanges import PUBLIC, events_of
from chassis.relay.confirms import STEP_SECONDS, Confirms, Doubts
from chassis.relay.consumers import Consumers
from chassis.relay.metrics import Metrics
from chassis.relay.tenure import NoQueue, NotItsOwn
from contracts.topology import sources_of

_CONNECT_SECONDS = 5.0
_HEARTBEAT_SECONDS = 10
_ANSWER_SECONDS = 2.0  # a broker that lets an event wait and opens no channel either is taken for gone
_GOODBYE_SECONDS = 1.0
declare({"relay.exchange_confirmed": "one exchange has the event, the next one it goes to has not"})


class Broker:
    """One connection for all databases, opened anew after it broke."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()

    @property
    def connected(self) -> bool:
        return self._connection is not None

    @property
    def connection(self) -> AbstractConnection | None:
        """The one that the next channel comes from."""
        return self._connection

    async def channel(self) -> AbstractChannel:
        """A new channel in confirm mode.

        Raises:
            BrokerLost: the broker is away.
        """
        with broker_errors():
            async with self._opening, asyncio.timeout(_CONNECT_SECONDS) as limit:
                connection = self._connection or await self._connect()
                try:
                    return await connection.channel(publisher_confirms=True, on_return_raises=False)
                except BaseException as error:
                    if limit.expired() or not _cancelled(error):
                        self._forget(connection)  # a connection that broke does not always say that it is closed
                    raise

    async def takes_messages(self) -> bool:
        """False while the broker says that it is short of memory or disk."""
        return self._connection is None or await takes_messages(self._connection)

    async def answers(self, connection: AbstractConnection | None) -> bool:
        """Whether the broker still opens a channel on this connection."""
        if connection is None or connection is not self._connection:
            return False  # it was given up already
        try:
            with broker_errors():
                async with asyncio.timeout(_ANSWER_SECONDS):
                    channel = await connection.channel(publisher_confirms=False)
                    await channel.close()
        except BrokerLost:
            return False
        return True

    async def close(self) -> None:
        """Leave the connection; the next channel comes from a new one."""
        await self.give_up(self._connection)

    async def give_up(self, connection: AbstractConnection | None) -> None:
        """Leave this connection, if there is one."""
        if connection is not None:
            self._forget(connection)
            await leave(connection)

    async def _connect(self) -> AbstractConnection:
        connection = await aio_pika.connect(self._url, heartbeat=_HEARTBEAT_SECONDS)
        connection.close_callbacks.add(lambda *_: self._forget(connection))
        self._connection = connection
        return connection

    def _forget(self, connection: AbstractConnection) -> None:
        if self._connection is connection:
            self._connection = None


class Publisher:
    """Publishes the outbox rows of one database on one channel."""

    def __init__(
        self, broker: Broker, channel: AbstractChannel, consumers: Consumers, database: str, metrics: Metrics, doubts: Doubts
    ) -> None:
        """`doubts`: kept from one channel to the next."""
        self._broker = broker
        self._channel = channel
        self._consumers = consumers
        self._connection = broker.connection
        self._confirms = Confirms(doubts)
        self._sources = sources_of(database)
        self._exchanges: dict[str, AbstractExchange] = {}
        self._declaring = asyncio.Lock()
        self._published = metrics.published.labels(database)
        self._unbound = metrics.unbound.labels(database)
        self._closed = asyncio.Event()
        channel.close_callbacks.add(lambda *_: self._closed.set())

    async def lost(self) -> None:
        """Wait for the channel to end, or to be of no more use.

        A queue without a leader confirms nothing. RabbitMQ lets the whole channel wait for it, and after some hundred messages the
        whole connection. So the channel is left, its successor tries such events elsewhere, and the connection, which serves all
        databases, stays unless it opens no channel either.

        Raises:
            BrokerLost: when it has.
        """
        while not await within(STEP_SECONDS, self._closed):
            late = self._confirms.late() if await self._broker.takes_messages() else []
            heard = self._confirms.heard
            if late and not await self._broker.answers(self._connection) and heard == self._confirms.heard:
                await self._broker.give_up(self._connection)
                raise BrokerLost("the broker does not answer")
            if late:
                raise BrokerLost(f"not confirmed in time: {', '.join(late)}")
        raise BrokerLost("the channel to the broker was closed")

    async def close(self) -> None:
        """Give the channel back, if it is still there."""
        await _end(self._channel)

    async def publish(self, row: dict[str, Any]) -> None:
        """Publish an event and return when the broker has it on disk. An event that nobody consumes has no queue: not an error.

        Raises:
            aio_pika.exceptions.DeliveryError: the broker refused it (a queue is full); publish it again later.
            Unconfirmed: events of its type are not confirmed at present; publish it again later.
            NoQueue: a declared consumer has no queue yet; publish it again when it stands.
            NotItsOwn: the service that wrote it into its outbox may not tell such facts.
            BrokerLost: the connection broke.
        """
        if row["source"] not in self._sources or not row["type"].startswith(f"{row['source']}."):
            raise NotItsOwn(row["type"])
        expected = self._consumers.expected(row["type"])
        with broker_errors():
            missing = await self._consumers.missing(row["type"])
            if missing is not None:
                raise NoQueue(missing)
            exchanges = [await self._exchange(name) for name in (events_of(row["source"]), PUBLIC)[: 1 + row["public"]]]
            if self._confirms.doubted(row["type"]):
                async with self._confirms.tried(row["type"]):
                    routed = await self._try(row, exchanges)
            else:
                async with self._confirms.awaited(row["type"]):
                    routed = await self._send(row, exchanges)
            if expected and not routed:
                raise NoQueue(await self._consumers.returned(row["type"]))
        self._published.inc()

    async def stands(self, queue: str) -> bool:
        """Whether events need not wait for this queue any more. A broker that takes no messages at present is not asked.

        Raises:
            BrokerLost: the connection broke.
        """
        with broker_errors():
            return await self._broker.takes_messages() and await self._consumers.stands(queue)

    async def _send(self, row: dict[str, Any], exchanges: Sequence[AbstractExchange]) -> bool:
        """To one exchange after the other; whether the first had a queue for it. Those who must not miss it go before partners."""
        expected, routed = self._consumers.expected(row["type"]), []
        for exchange in exchanges:
            confirmed = await exchange.publish(_message(row), routing_key=row["type"], mandatory=True)
            reached("relay.exchange_confirmed")
            routed.append(not isinstance(confirmed, DeliveredMessage))
            if expected and not routed[0]:
                return False
        self._unbound.inc(routed.count(False))
        return routed[0]

    async def _try(self, row: dict[str, Any], exchanges: Sequence[AbstractExchange]) -> bool:
        """The same on a channel of its own, which nobody else waits for."""
        channel = await self._broker.channel()
        try:
            return await self._send(row, [await channel.get_exchange(exchange.name, ensure=False) for exchange in exchanges])
        finally:
            await _end(channel)

    async def _exchange(self, name: str) -> AbstractExchange:
        if name in self._exchanges:
            return self._exchanges[name]
        async with self._declaring, asyncio.timeout(_CONNECT_SECONDS):
            if name not in self._exchanges:
                await ensure_exchange(name, self._broker.channel)
                self._exchanges[name] = await self._channel.get_exchange(name, ensure=False)
            return self._exchanges[name]


async def _end(channel: AbstractChannel) -> None:
    with suppress(BrokerLost), broker_errors():
        if not channel.is_closed:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await channel.close()


def _cancelled(error: BaseException) -> bool:
    """Whether this task is asked to end: a connection that closes cancels too what waits for it, but not the task."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _message(row: dict[str, Any]) -> aio_pika.Message:
    attributes = {
        "specversion": "1.0",
        "id": row["_id"],
        "source": row["source"],
        "type": row["type"],
        "subject": row["subject"],
        "time": rfc3339(row["time"]),
        "dataschema": row["dataschema"],
        "sequence": str(row["sequence"]),
        "traceparent": row["traceparent"],
    }
    return aio_pika.Message(
        body=row["body"],
        headers={f"cloudEvents_{name}": value for name, value in attributes.items() if value is not None},
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=row["_id"],
        type=row["type"],
    )


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T09:30:00.125Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
