"""The servers of a test session as containers, where OPENCHANCE_TEST_CONTAINERS=1 and a Docker engine answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pymongo

from local_platform.logins import with_login

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer


def wanted() -> bool:
    """Whether the person who runs the tests asked for containers instead of local processes."""
    return os.environ.get("OPENCHANCE_TEST_CONTAINERS") == "1"


@contextmanager
def rabbitmq() -> Iterator[str]:
    """A broker of this session; gives its URL."""
    with _container("rabbitmq:4.1-alpine", 5672, "Server startup complete") as running:
        yield f"amqp://guest:guest@{_address(running, 5672)}/"


@contextmanager
def mongo() -> Iterator[str]:
    """A replica set of one node, which transactions and change streams need; gives its URL."""
    command = ["mongod", "--replSet", "rs0", "--bind_ip_all", "--setParameter", "transactionLifetimeLimitSeconds=15"]
    with _container("mongo:8.0", 27017, "Waiting for connections", command=" ".join(command)) as running:
        # Direct: the member's own name is not one that this machine resolves.
        url = f"mongodb://{_address(running, 27017)}/?directConnection=true"
        with pymongo.MongoClient[dict[str, object]](url) as client:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": "localhost:27017"}]})
            while not client.admin.command("hello").get("isWritablePrimary"):
                pass  # an election of one: a matter of a second, bounded by the test's time-out
        yield url


@contextmanager
def guarded_mongo(user: str, password: str) -> Iterator[str]:
    """The same, letting nobody in without a password; gives its URL without a user. `user` may do everything."""
    key = "head -c 96 /dev/urandom | base64 --wrap=0 > /tmp/key; chmod 400 /tmp/key; chown mongodb:mongodb /tmp/key"
    run = f"{key}; exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all"
    # The first start makes the user, the second is the one that stays.
    container = _container("mongo:8.0", 27017, "MongoDB init process complete; ready for start up.", entrypoint=["bash", "-c", run])
    with container.with_env("MONGO_INITDB_ROOT_USERNAME", user).with_env("MONGO_INITDB_ROOT_PASSWORD", password) as running:
        url = f"mongodb://{_address(running, 27017)}/?directConnection=true"
        with pymongo.MongoClient[dict[str, object]](with_login(url, user, password)) as client:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": "localhost:27017"}]})
            while not client.admin.command("hello").get("isWritablePrimary"):
                pass  # an election of one: a matter of a second, bounded by the test's time-out
        yield url


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of this session; gives its URL."""
    with _container("redis:8-alpine", 6379, "Ready to accept connections") as running:
        yield f"redis://{_address(running, 6379)}/0"


def _container(image: str, port: int, ready: str, **options: Any) -> DockerContainer:
    """One that is waited for until its log says `ready`."""
    # Here, as every test session imports this module and nearly none wants a container: it takes as long as all else it imports.
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    return DockerContainer(image, **options).with_exposed_ports(port).waiting_for(LogMessageWaitStrategy(ready))


def _address(container: DockerContainer, port: int) -> str:
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"
