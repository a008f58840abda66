"""Which broker, database and Redis the platform stands on: those the environment names, Docker Compose's, or private processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from local_platform.environment import Ports
from local_platform.errors import NotReady, PlatformError
from local_platform.servers import Mongo, RabbitMQ, Redis

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
    """The addresses of the three servers, and those of them that the platform itself runs, by name."""

    amqp_url: str
    mongo_url: str
    redis_url: str
    servers: Mapping[str, Runnable]
    description: str


def choose(folder: Path, ports: Ports, environment: Mapping[str, str], *, docker: bool) -> Infrastructure:
    """URLs in the environment come first, one by one; then Docker Compose if wanted and an engine answers; then private processes.

    Raises: PlatformError when a server that a URL names does not answer.
    """
    given = {name: environment.get(f"OPENCHANCE_{name.upper()}_URL", "") for name in ("amqp", "mongo", "redis")}
    for url in filter(None, given.values()):
        _require_answer(url)
    if not any(given.values()) and docker and docker_answers():
        _compose_up(ports)
        return Infrastructure(
            f"amqp://guest:guest@127.0.0.1:{ports.broker}/",
            # The replica set's member has a name only containers can resolve.
            f"mongodb://127.0.0.1:{ports.mongo}/?directConnection=true",
            f"redis://127.0.0.1:{ports.redis}/0",
            {},
            "Docker Compose",
        )
    broker, mongo, redis = (
        RabbitMQ(folder / "rabbitmq", ports.broker, log=folder / "logs" / "broker.log"),
        Mongo(folder / "mongo", ports.mongo, log=folder / "logs" / "mongo.log"),
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
    )


def port_of(url: str) -> int:
    """The port a server's URL names, or the usual one of its kind."""
    parts = urlsplit(url)
    return parts.port or _USUAL_PORTS[parts.scheme]


def docker_answers() -> bool:
    """Whether a Docker engine (not only its client) is there."""
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=10).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def compose_stop() -> None:
    """Stops the containers; their volumes stay. Raises: PlatformError."""
    _compose("stop")


def _compose_up(ports: Ports) -> None:
    _compose("up", "--detach", "--wait", ports=ports)


def _compose(*arguments: str, ports: Ports | None = None) -> None:
    moved = {"BROKER_PORT": str(ports.broker), "MONGO_PORT": str(ports.mongo), "REDIS_PORT": str(ports.redis)} if ports else {}
    command = ["docker", "compose", "--project-name", "openchance", "--file", str(COMPOSE_FILE), *arguments]
    done = subprocess.run(command, env={**os.environ, **moved}, capture_output=True, text=True)
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
