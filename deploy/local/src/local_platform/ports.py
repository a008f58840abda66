"""TCP ports of this machine: finding free ones and telling when a wanted one is taken."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import time
from pathlib import Path

from local_platform.errors import PlatformError, PortTaken

# Below the range from which the kernel takes ports for outgoing connections, so that none of those can take ours between choice and use.
_LOWEST, _HIGHEST = 20_000, 32_000
_reserved: dict[int, int] = {}  # the locks' descriptors: they are held, and so the ports are ours, until this process ends


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(in_a_row: int = 1) -> int:
    """A port (the first of so many neighbours) that nothing listens on and no other process of ours was given: tests run side by side.

    Raises: PlatformError when a thousand attempts found none.
    """
    for _ in range(1000):
        first = random.randint(_LOWEST, _HIGHEST - in_a_row)  # noqa: S311 - chance, not a secret
        if all(is_free(port) and _reserve(port) for port in range(first, first + in_a_row)):
            return first
    raise PlatformError(f"no free port between {_LOWEST} and {_HIGHEST}")


def _reserve(port: int) -> bool:
    """Whether the port is this process's now; between choice and use another could choose it too."""
    if port in _reserved:
        return False
    folder = Path(tempfile.gettempdir()) / f"openchance-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / str(port), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return False
    _reserved[port] = lock
    return True


def require_free(port: int, name: str, within: float = 0.0) -> None:
    """Raises: PortTaken when something listens on `port` already, and still does `within` seconds later."""
    deadline = time.monotonic() + within
    while not is_free(port):
        if time.monotonic() > deadline:
            raise PortTaken(port, name)
        time.sleep(0.05)


def replies(port: int, said: bytes, reply: bytes) -> bool:
    """Whether what listens on this port of the loopback interface begins its answer to `said` like this."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(said)
            return connection.recv(len(reply)) == reply
    except OSError:
        return False


def accepts_connections(port: int) -> bool:
    """Whether something listens on this port of the loopback interface."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
