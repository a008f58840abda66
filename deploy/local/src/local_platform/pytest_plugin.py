"""Fixtures for tests that need real servers or our programs as processes.

The servers are those of OPENCHANCE_TEST_AMQP_URL, …_MONGO_URL and …_REDIS_URL where these are set (`python -m local_platform.shared up`
prints them), containers where OPENCHANCE_TEST_CONTAINERS=1, otherwise private processes of this test session.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pytest
import pytest_asyncio

from contracts import topology
from local_platform import containers, launch, nurseries
from local_platform.alone import settings_of
from local_platform.databases import Databases, OpenStore
from local_platform.environment import relay_databases
from local_platform.ports import free_port
from local_platform.processes import LocalProcess
from local_platform.publishing import empty_queues
from local_platform.rabbitmq import RabbitMQ
from local_platform.servers import Mongo, Redis
from local_platform.tokens import TestTokens

if TYPE_CHECKING:
    from chassis.mongo import Store
    from chassis.rpc_client import RpcClient


@dataclass
class RunningService:
    """A service as a process of its own, on a database of its own unless the test named one."""

    name: str
    database: str
    process: LocalProcess
    health_port: int

    @property
    def health_url(self) -> str:
        return f"http://127.0.0.1:{self.health_port}"

    @property
    def log(self) -> str:
        """All it has written so far."""
        return self.process.log.read_text(errors="replace")

    def stop(self) -> None:
        """SIGTERM, then waits for the end."""
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        """Stops it if it runs, starts it again and waits until it is ready."""
        self.process.restart()


class RunService(Protocol):
    """Starts a service and waits until it is ready; `env` are environment variables with their full names (PAYMENTS_STRIPE_API_BASE=…)."""

    def __call__(self, name: str, *, database: str | None = None, **env: str) -> RunningService: ...


class RunRelay(Protocol):
    """Starts a relay for these outboxes (service name → database name) and waits until it is ready.

    It awaits the queues of nobody unless RELAY_CONSUMERS is given: whoever is to hear of the events runs already.
    """

    def __call__(self, databases: Mapping[str, str], **env: str) -> LocalProcess: ...


@dataclass(frozen=True)
class _Place:
    """What a store is opened with."""

    mongo_url: str
    mongo_database: str


def _given_broker() -> RabbitMQ | None:
    """The shared set's node, which this session may make a virtual host on."""
    if place := os.environ.get("OPENCHANCE_TEST_BROKER"):
        folder, port, distribution, mapper = place.rsplit(":", 3)
        return RabbitMQ(Path(folder), int(port), distribution_port=int(distribution), mapper_port=int(mapper))
    return None


@pytest.fixture(scope="session", autouse=True)
def _forked_programs() -> Iterator[None]:
    """Tests start hundreds of our programs: each is imported once. (What `make run` starts is tested as it is, in test_supervisor.)"""
    with nurseries.opened():
        yield


@pytest.fixture(scope="session")
def amqp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A virtual host of this session's own; a URL given without OPENCHANCE_TEST_BROKER is used as it is."""
    given, broker = os.environ.get("OPENCHANCE_TEST_AMQP_URL"), _given_broker()
    if given and broker is None:
        yield given
        return
    if given is None and containers.wanted():
        with containers.rabbitmq() as url:
            yield url
        return
    vhost = f"test-{uuid.uuid4().hex[:12]}"
    if given and broker is not None:
        yield broker.add_vhost(vhost)
        broker.delete_vhost(vhost)
        return
    own = RabbitMQ(tmp_path_factory.mktemp("rabbitmq"))
    own.start()
    yield own.add_vhost(vhost)
    own.stop()


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MongoDB replica set."""
    if given := os.environ.get("OPENCHANCE_TEST_MONGO_URL"):
        yield given
        return
    if containers.wanted():
        with containers.mongo() as url:
            yield url
        return
    own = Mongo(tmp_path_factory.mktemp("mongo"))
    own.start()
    yield own.url
    own.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server; keys of other sessions may be there when it is a shared one, so tests use keys that are their own."""
    if given := os.environ.get("OPENCHANCE_TEST_REDIS_URL"):
        yield given
        return
    if containers.wanted():
        with containers.redis() as url:
            yield url
        return
    own = Redis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own.url
    own.stop()


@pytest.fixture
def databases(mongo_url: str) -> Iterator[Databases]:
    """For tests that need more than one database: `databases.fresh()`; all are dropped after the test."""
    handed_out = Databases(mongo_url)
    yield handed_out
    handed_out.drop_all()


@pytest.fixture
def database_name(databases: Databases) -> str:
    """The name of a fresh database, dropped after the test."""
    return databases.fresh()


@pytest.fixture
def open_store(mongo_url: str, database_name: str) -> Iterator[OpenStore]:
    """`open_store(migrations, at)`: the test's fresh database, migrated, with a clock that stands at `at`; closed after the test."""
    from chassis import migrate
    from chassis.clock import FixedClock
    from chassis.ids import new_id
    from chassis.mongo import Store

    opened: list[Store] = []

    def migrated(migrations: ModuleType, at: datetime) -> Store:
        clock = FixedClock(at)
        store = Store.open(_Place(mongo_url, database_name), clock, new_id)
        opened.append(store)
        migrate.run(store.database, migrations, clock)
        return store

    yield migrated
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def tokens() -> TestTokens:
    """Access tokens that the services started by `run_service` accept."""
    return TestTokens()


@pytest.fixture
def processes() -> Iterator[list[LocalProcess]]:
    """Whatever a test puts here is ended after it, the last first."""
    started: list[LocalProcess] = []
    yield started
    for process in reversed(started):
        process.stop(within=20)


@pytest.fixture(scope="session")
def consumed() -> Mapping[str, Iterable[str]]:
    """The queues of each service that a test may run."""
    return topology.CONSUMERS


@pytest.fixture
def run_service(
    amqp_url: str,
    mongo_url: str,
    databases: Databases,
    tokens: TestTokens,
    processes: list[LocalProcess],
    consumed: Mapping[str, Iterable[str]],
    tmp_path: Path,
) -> RunService:
    """`run_service("challenges")`: the service as a process, ready to be called; ended after the test.

    What other tests left in its queues is dropped before it starts for the first time in a test.
    """
    known: set[str] = set()

    def run(name: str, *, database: str | None = None, **env: str) -> RunningService:
        health_port = free_port()
        database = database or env.get(f"{name.upper()}_MONGO_DATABASE") or databases.fresh()
        settings = settings_of(name, amqp_url=amqp_url, mongo_url=mongo_url, database=database, tokens=tokens) | env
        log = tmp_path / "logs" / f"{name}-{health_port}.log"
        process = launch.service(name, env=settings, log=log, health_port=health_port)
        processes.append(process)
        if name not in known:
            empty_queues(settings[f"{name.upper()}_AMQP_URL"], consumed[name])
            known.add(name)
        process.start()
        return RunningService(name, database, process, health_port)

    return run


@pytest.fixture
def relay(amqp_url: str, mongo_url: str, processes: list[LocalProcess], tmp_path: Path) -> RunRelay:
    """`relay({"challenges": database_name})`: a relay process publishing these outboxes; ended after the test."""

    def run(databases: Mapping[str, str], **env: str) -> LocalProcess:
        health_port = free_port()
        settings = {"RELAY_AMQP_URL": amqp_url, "RELAY_DATABASES": relay_databases(mongo_url, databases), "RELAY_CONSUMERS": "[]", **env}
        process = launch.relay(env=settings, log=tmp_path / "logs" / f"relay-{health_port}.log", health_port=health_port)
        processes.append(process)
        process.start()
        return process

    return run


@pytest.fixture
def sandbox_url(processes: list[LocalProcess], tmp_path: Path) -> str:
    """A sandbox of this test's own."""
    port = free_port()
    env = {"SANDBOX_DATA": str(tmp_path / "sandbox"), "SANDBOX_WEBHOOK_SECRET": "whsec_test"}
    process = launch.sandbox(env=env, log=tmp_path / "logs" / "sandbox.log", port=port)
    processes.append(process)
    process.start()
    return f"http://127.0.0.1:{port}"


@pytest_asyncio.fixture
async def rpc(amqp_url: str) -> AsyncIterator[RpcClient]:
    """A started RPC client."""
    from chassis.rpc_client import RpcClient

    client = RpcClient(amqp_url)
    await client.start()
    yield client
    await client.stop()
