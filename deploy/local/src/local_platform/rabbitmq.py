"""A private node of RabbitMQ."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from local_platform.errors import PlatformError, ProgramMissing
from local_platform.ports import accepts_connections, free_port, replies, require_free
from local_platform.processes import LocalProcess
from local_platform.server import Server


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
            ready_within=180.0,
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
        return replies(self.port, b"AMQP\x00\x00\x09\x01", b"\x01")

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
