"""Which broker, database and Redis the platform stands on: those the environment names, Docker Compose's, or private processes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pymongo

from chassis.access import broker as broker_access
from chassis.access import database as database_access
from chassis.access.broker import ADMINISTRATOR
from local_platform.environment import Logins, Ports
from local_platform.errors import NotReady, PlatformError
from local_platform.guarded_servers import GuardedMongo, GuardedRabbitMQ
from local_platform.logins import with_login
from local_platform.servers import Redis

_USUAL_PORTS = {"amqp": 5672, "amqps": 5671, "mongodb": 27017, "redis": 6379, "rediss": 6379}
COMPOSE_FILE = Path(__file__).parents[3] / "compose" / "compose.yaml"


class Runnable(Protocol):
    """What the platform starts and stops: a process or a server."""

    @property
    def name(self) -> str: ...
    @property
    def running(self) -> bool: ...
    @property
    def pid(self) -> int | None: ...
    def launch(self) -> None: ...
    def is_ready(self) -> bool: ...
    def wait_ready(self, within: float | None = None) -> None: ...
    def start(self) -> None: ...
    def terminate(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """The addresses of the three servers, and those of them that the platform itself runs, by name.

    Ours are addressed as their administrator; `logins` are those of the programs, none for a server that was given.
    """

    amqp_url: str
    mongo_url: str
    redis_url: str
    servers: Mapping[str, Runnable]
    description: str
    logins: Logins


def choose(folder: Path, ports: Ports, environment: Mapping[str, str], passwords: Mapping[str, str], *, docker: bool) -> Infrastructure:
    """URLs in the environment come first, one by one; then Docker Compose if wanted and an engine answers; then private processes.

    Raises: PlatformError when a server that a URL names does not answer.
    """
    given = {name: environment.get(f"OPENCHANCE_{name.upper()}_URL", "") for name in ("amqp", "mongo", "redis")}
    for url in filter(None, given.values()):
        _require_answer(url)
    if not any(given.values()) and docker and docker_answers():
        # The replica set's member has a name only containers can resolve.
        mongo_url = with_login(f"mongodb://127.0.0.1:{ports.mongo}/?directConnection=true", ADMINISTRATOR, passwords[ADMINISTRATOR])
        _compose_up(ports, passwords, mongo_url)
        return Infrastructure(
            with_login(f"amqp://127.0.0.1:{ports.broker}/", ADMINISTRATOR, passwords[ADMINISTRATOR]),
            mongo_url,
            f"redis://127.0.0.1:{ports.redis}/0",
            {},
            "Docker Compose",
            Logins(passwords, passwords),
        )
    broker, mongo, redis = (
        GuardedRabbitMQ(folder / "rabbitmq", ports.broker, passwords, log=folder / "logs" / "broker.log"),
        GuardedMongo(folder / "mongo", ports.mongo, passwords, log=folder / "logs" / "mongo.log"),
        Redis(folder / "redis", ports.redis, log=folder / "logs" / "redis.log"),
    )
    servers: dict[str, Runnable] = {"broker": broker, "mongo": mongo, "redis": redis}
    own = {name: server for (name, server), url in zip(servers.items(), given.values(), strict=True) if not url}
    return Infrastructure(
        given["amqp"] or broker.url,
        given["mongo"] or mongo.url,
        given["redis"] or redis.url,
        own,
        "private processes" if len(own) == 3 else f"given by the environment; private: {', '.join(own) or 'none'}",
        Logins(passwords if "broker" in own else {}, passwords if "mongo" in own else {}),
    )


def port_of(url: str) -> int:
    """The port a server's URL names, or the usual one of its kind."""
    parts = urlsplit(url)
    return parts.port or _USUAL_PORTS[parts.scheme]


def docker_answers() -> bool:
    """Whether a Docker engine (not only its client) is there, and Compose, which is a package of its own in Debian."""
    if shutil.which("docker") is None:
        return False
    asked = (["docker", "compose", "version"], ["docker", "info"])
    try:
        return all(subprocess.run(command, capture_output=True, timeout=10).returncode == 0 for command in asked)
    except subprocess.TimeoutExpired:
        return False


def compose_stop() -> None:
    """Stops the containers; their volumes stay. Raises: PlatformError."""
    _compose("stop")


def _compose_up(ports: Ports, passwords: Mapping[str, str], mongo_url: str) -> None:
    """The containers, with the users in them. Raises: PlatformError."""
    moved = {"BROKER_PORT": str(ports.broker), "MONGO_PORT": str(ports.mongo), "REDIS_PORT": str(ports.redis)}
    _compose("up", "--detach", "--wait", variables={**moved, "MONGO_PASSWORD": passwords[ADMINISTRATOR]})
    definitions = json.dumps(broker_access.definitions(passwords))
    _compose("exec", "--no-TTY", "rabbitmq", "rabbitmqctl", "--quiet", "import_definitions", "-", given=definitions)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        try:
            database_access.create_users(client["admin"], passwords)
        except pymongo.errors.PyMongoError as error:
            hint = "another .local made its volume? docker compose --project-name openchance down --volumes forgets its data"
            raise PlatformError(f"the database does not take its users: {error} ({hint})") from error


def _compose(*arguments: str, variables: Mapping[str, str] | None = None, given: str | None = None) -> None:
    command = ["docker", "compose", "--project-name", "openchance", "--file", str(COMPOSE_FILE), *arguments]
    # Compose reads the whole file for every command: what must be set has no meaning but for `up`.
    env = {"MONGO_PASSWORD": "unused", **os.environ, **(variables or {})}
    done = subprocess.run(command, env=env, input=given, capture_output=True, text=True)
    if done.returncode:
        raise PlatformError(f"docker compose {arguments[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def _require_answer(url: str) -> None:
    """Raises: NotReady when nothing listens where this URL points (a list of hosts: its first)."""
    parts = urlsplit(url)
    host, _, port = parts.netloc.rpartition("@")[2].split(",")[0].partition(":")
    if parts.scheme == "mongodb+srv":
        return  # the host is a DNS name of a list, not of a server
    try:
        socket.create_connection((host, int(port or _USUAL_PORTS.get(parts.scheme, 0))), timeout=5).close()
    except (OSError, ValueError) as error:
        raise NotReady(
            f"{parts.scheme}://{host}{f':{port}' if port else ''}, named by the environment, does not answer: {error}"
        ) from error
