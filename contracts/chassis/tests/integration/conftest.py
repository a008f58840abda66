"""A store on a fresh, migrated database, contexts as the entrypoints set them, servers to kill and ways to them to break."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis import idempotency, inbox, outbox
from chassis.clock import FixedClock
from chassis.context import Call, Delivery, current_call, current_delivery
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.rpc_client import RpcClient
from local_platform.fault_proxy import FaultProxy
from local_platform.infrastructure import port_of
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo

NOON = datetime(2036, 3, 1, 12, 0, tzinfo=UTC)  # far ahead: rows that expire, which the server sees to by its own clock, stay


@dataclass(frozen=True)
class Settings:
    mongo_url: str
    mongo_database: str


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def store(mongo_url: str, database_name: str, clock: FixedClock) -> Iterator[Store]:
    opened = Store.open(Settings(mongo_url, database_name), clock, new_id)
    for part in (outbox, inbox, idempotency):
        part.create(opened.database)
    yield opened
    opened.close()


@pytest.fixture
def answering() -> Callable[..., AbstractContextManager[None]]:
    """`with answering(key="k", fingerprint="f"):` what runs inside answers an RPC."""

    @contextmanager
    def answer(key: str | None = "key-1", fingerprint: str = "body-1", caller: str = "user-1", method: str = "greet") -> Iterator[None]:
        token = current_call.set(Call("greeter", method, caller, "request-1", key, fingerprint, None))
        try:
            yield
        finally:
            current_call.reset(token)

    return answer


@pytest.fixture
def handling() -> Callable[..., AbstractContextManager[None]]:
    """`with handling("event-1"):` what runs inside handles an event."""

    @contextmanager
    def handle(event_id: str, handler: str = "greeter.on_greeted") -> Iterator[None]:
        token = current_delivery.set(Delivery(event_id, "greeter.greeted.v1", handler, "subject", 1))
        try:
            yield
        finally:
            current_delivery.reset(token)

    return handle


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[RabbitMQ]:
    broker = RabbitMQ(tmp_path / "rabbitmq")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def own_mongo(tmp_path: Path) -> Iterator[Mongo]:
    mongo = Mongo(tmp_path / "mongo")
    mongo.start()
    yield mongo
    mongo.stop()


@pytest.fixture
async def own_rpc(own_broker: RabbitMQ) -> AsyncIterator[RpcClient]:
    client = RpcClient(own_broker.url)
    await client.start()
    yield client
    await client.stop()


@pytest.fixture
def broker_way(amqp_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(port_of(amqp_url)) as proxy:
        yield proxy


@pytest.fixture
def mongo_way(mongo_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(port_of(mongo_url)) as proxy:
        yield proxy
