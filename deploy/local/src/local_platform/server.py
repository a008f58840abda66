"""What every private server has in common: a process on a port of its own, with a folder for what it stores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from local_platform.ports import free_port, require_free
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
