"""The relay's side of the broker: exchanges, CloudEvents in AMQP binary mode, publisher confirms."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiormq.abc import DeliveredMessage

from chassis.broker_flow import Answers, takes_messages
from chassis.broker_link import BrokerLost, broker_errors, leave
from chassis.crash_points import declare, reached
from chassis.exchange_check import ensure_exchange
from chassis.exchanges import PUBLIC, events_of
from chassis.relay.consumers import Consumers
from chassis.relay.metrics import Metrics
from chassis.relay.tenure import NoQueue, NotItsOwn
from contracts.topology import sources_of

_CONNECT_SECONDS = 5.0
_HEARTBEAT_SECONDS = 10
_SILENT_SECONDS = 5.0  # without a single confirm, while some are due, the broker is taken for gone
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

    async def channel(self) -> AbstractChannel:
        """A new channel in confirm mode.

        Raises:
            BrokerLost: the broker is away.
        """
        with broker_errors():
            async with self._opening, asyncio.timeout(_CONNECT_SECONDS):
                connection = self._connection or await self._connect()
                try:
                    return await connection.channel(publisher_confirms=True, on_return_raises=False)
                except BaseException:
                    self._forget(connection)  # a connection that broke does not always say that it is closed
                    raise

    async def takes_messages(self) -> bool:
        """False while the broker says that it is short of memory or disk."""
        return self._connection is None or await takes_messages(self._connection)

    async def close(self) -> None:
        """Leave the connection; the next channel comes from a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
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

    def __init__(self, broker: Broker, channel: AbstractChannel, consumers: Consumers, database: str, metrics: Metrics) -> None:
        self._broker = broker
        self._channel = channel
        self._consumers = consumers
        self._answers = Answers()
        self._sources = sources_of(database)
        self._exchanges: dict[str, AbstractExchange] = {}
        self._declaring = asyncio.Lock()
        self._published = metrics.published.labels(database)
        self._unbound = metrics.unbound.labels(database)
        self._unroutable = metrics.unroutable.labels(database)
        self._waiting: set[str] = set()  # events whose consumer has no queue yet
        self._closed = asyncio.Event()
        channel.close_callbacks.add(lambda *_: self._closed.set())

    async def lost(self) -> None:
        """Wait for the channel to end, or to fall silent.

        Raises:
            BrokerLost: when it has.
        """
        if await self._answers.stopped(self._closed, self._broker.takes_messages, _SILENT_SECONDS):
            await self._broker.close()
            raise BrokerLost("the broker does not answer")
        raise BrokerLost("the channel to the broker was closed")

    async def close(self) -> None:
        """Give the channel back, if it is still there."""
        self._unroutable.set(0)
        with suppress(BrokerLost), broker_errors():
            if not self._channel.is_closed:
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._channel.close()

    async def publish(self, row: dict[str, Any]) -> None:
        """Publish an event and return when the broker has it on disk. An event that nobody consumes has no queue: not an error.

        Raises:
            aio_pika.exceptions.DeliveryError: the broker refused it (a queue is full); publish it again later.
            NoQueue: a declared consumer has no queue yet; publish it again later.
            NotItsOwn: the service that wrote it into its outbox may not tell such facts.
            BrokerLost: the connection broke.
        """
        if row["source"] not in self._sources or not row["type"].startswith(f"{row['source']}."):
            raise NotItsOwn(row["type"])
        self._answers.due += 1
        try:
            with broker_errors():
                missing = await self._consumers.missing(row["type"])
                if missing is not None:
                    raise NoQueue(missing)
            await self._publish(row, events_of(row["source"]), expected=self._consumers.expected(row["type"]))
            if row["public"]:
                await self._publish(row, PUBLIC)
        except NoQueue:
            self._waiting.add(row["_id"])
            self._unroutable.set(len(self._waiting))
            raise
        finally:
            self._answers.due -= 1
            self._answers.heard += 1
        self._published.inc()
        if row["_id"] in self._waiting:
            self._waiting.discard(row["_id"])
            self._unroutable.set(len(self._waiting))

    async def _publish(self, row: dict[str, Any], exchange_name: str, *, expected: bool = False) -> None:
        with broker_errors():
            exchange = self._exchanges.get(exchange_name) or await self._declare(exchange_name)
            confirmed = await exchange.publish(_message(row), routing_key=row["type"], mandatory=True)
        reached("relay.exchange_confirmed")
        if isinstance(confirmed, DeliveredMessage):
            if expected:
                self._consumers.forget(row["type"])
                raise NoQueue(row["type"])
            self._unbound.inc()

    async def _declare(self, name: str) -> AbstractExchange:
        async with self._declaring:
            if name not in self._exchanges:
                await ensure_exchange(name, self._broker.channel)
                self._exchanges[name] = await self._channel.get_exchange(name, ensure=False)
            return self._exchanges[name]


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
