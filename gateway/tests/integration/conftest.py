"""Replicas of the gateway inside the test, over a fake RPC client, a real Redis and a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import aio_pika
import orjson
import pytest
import pytest_asyncio
import socketio
from aiohttp import ClientResponse, ClientSession
from aiohttp.test_utils import TestServer
from gateway_fakes.rpc import FakeRpc
from gateway_fakes.waiting import PATIENCE_S, eventually

from chassis.clock import Clock, FixedClock, SystemClock
from chassis.ids import new_id
from chassis.principal import PrincipalVerifier
from contracts.base import Event
from gateway.app import HEALTH, assemble
from gateway.health import Health
from gateway.settings import RateClass, Settings
from gateway.shared.gcra import Policy
from local_platform.tokens import TestTokens

GOODBYE_S = 5.0
BUSY_MACHINE_S = 3.0  # so long Redis may take here: a gateway that goes on without it is a test of its own
UNLIMITED = {rate_class: Policy(quota=1_000_000, window_s=60) for rate_class in RateClass}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Replica:
    """A gateway that runs, and a client of it."""

    server: TestServer
    client: ClientSession
    rpc: FakeRpc
    health: Health

    @property
    def url(self) -> str:
        return str(self.server.make_url("/")).rstrip("/")

    async def ask(self, method: str, path: str, *, token: str | None = None, headers: dict[str, str] | None = None, **more: Any) -> Answer:
        headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        async with self.client.request(method, self.url + path, headers=headers, **more) as response:
            return await _read(response)

    async def close(self) -> None:
        await self.client.close()
        await self.server.close()


async def _read(response: ClientResponse) -> Answer:
    return Answer(response.status, response.headers, await response.read())


class StartGateway(Protocol):
    """Starts a replica; keyword arguments are settings."""

    async def __call__(self, rpc: FakeRpc | None = None, *, clock: FixedClock | None = None, **settings: Any) -> Replica: ...


async def _start(tokens: TestTokens, rpc: FakeRpc, clock: Clock, **settings: Any) -> Replica:
    app = assemble(
        Settings(principal_jwks=tokens.jwks, **{"rate_limits": UNLIMITED, "redis_timeout_s": BUSY_MACHINE_S, **settings}),
        rpc,
        PrincipalVerifier(tokens.jwks, clock),
    )
    server = TestServer(app, shutdown_timeout=1)
    await server.start_server()
    replica = Replica(server, ClientSession(auto_decompress=False), rpc, app[HEALTH])
    try:
        await eventually(lambda: replica.health.feed.connected)
    except BaseException:
        await replica.close()
        raise
    return replica


@pytest_asyncio.fixture
async def start_gateway(redis_url: str, amqp_url: str, tokens: TestTokens, fake_rpc: FakeRpc) -> AsyncIterator[StartGateway]:
    started: list[Replica] = []

    async def start(rpc: FakeRpc | None = None, *, clock: FixedClock | None = None, **settings: Any) -> Replica:
        urls = {"redis_url": redis_url, "amqp_url": amqp_url}
        started.append(await _start(tokens, rpc or fake_rpc, clock or SystemClock(), **(urls | settings)))
        return started[-1]

    yield start
    for replica in started:
        await replica.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing_gateway(redis_url: str, amqp_url: str, tokens: TestTokens) -> AsyncIterator[Replica]:
    """One for all tests of a file, for those that leave nothing behind in it: starting one takes longer than such a test."""
    replica = await _start(tokens, FakeRpc(), SystemClock(), redis_url=redis_url, amqp_url=amqp_url)
    yield replica
    await replica.close()


@pytest_asyncio.fixture
async def gateway(start_gateway: StartGateway) -> Replica:
    return await start_gateway()


@pytest.fixture
def user_id() -> str:
    return new_id("user")


@pytest.fixture
def token(tokens: TestTokens, user_id: str) -> str:
    return tokens.issue(user_id, roles=("challenger", "solver"))


Publish = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture
async def publish(amqp_url: str) -> AsyncIterator[Publish]:
    """Publish a domain event as the relay does."""
    connection = await aio_pika.connect(amqp_url)
    channel = await connection.channel()

    async def send(event: Event, event_id: str | None = None) -> None:
        exchange = await channel.declare_exchange(f"{event.source}.events", aio_pika.ExchangeType.TOPIC, durable=True)
        headers: dict[str, Any] = {"cloudEvents_id": event_id or new_id("event"), "cloudEvents_type": event.type()}
        message = aio_pika.Message(event.model_dump_json().encode(), headers=headers, content_type="application/json")
        await exchange.publish(message, routing_key=event.type())

    yield send
    await connection.close()


@dataclass
class Client:
    """A Socket.IO client that remembers what it was told."""

    socket: socketio.AsyncClient
    told: list[tuple[str, Any]] = field(default_factory=list)

    async def call(self, event: str, payload: Any = None) -> Any:
        return await self.socket.call(event, payload, timeout=PATIENCE_S)

    def heard(self, event: str) -> list[Any]:
        return [data for name, data in self.told if name == event]

    async def hears(self, event: str, times: int = 1) -> Any:
        """The first of these events, once so many have come."""
        await eventually(lambda: len(self.heard(event)) >= times)
        return self.heard(event)[0]

    async def is_cut_off(self) -> None:
        """Wait until the server has ended the connection."""
        await eventually(lambda: not self.socket.connected)


Connect = Callable[..., Awaitable[Client]]


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connect a client to a replica: `connect(replica, token)`."""
    clients: list[Client] = []

    async def open_socket(replica: Replica, token: str | None, *, transports: tuple[str, ...] = ("websocket",), **more: Any) -> Client:
        client = Client(socketio.AsyncClient(reconnection=False))

        async def remember(event: str, data: Any = None) -> None:
            client.told.append((event, data))

        client.socket.on("*", remember)
        clients.append(client)
        auth = {"token": token} if token else None
        await client.socket.connect(replica.url, auth=auth, transports=list(transports), wait_timeout=PATIENCE_S, **more)
        return client

    yield open_socket
    for client in clients:
        with suppress(TimeoutError):  # a client that is being cut may wait for ever for the end of its own reading
            await asyncio.wait_for(client.socket.disconnect(), GOODBYE_S)
