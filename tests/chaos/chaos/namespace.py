"""Network namespaces: a process has a network of its own, and one wire to the rest that can be taken down."""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

from local_platform.fault_proxy import FaultProxy
from local_platform.platform import Platform
from local_platform.processes import LocalProcess

_TOOLS = ("ip", "nsenter", "unshare")
_FIRST = IPv4Address("198.18.0.0")  # set aside for tests of networks (RFC 2544): nobody lives there
_PAIRS = 2**15
_URL_PORT = re.compile(r"(?<=127\.0\.0\.1:)[0-9]+")


def why_not() -> str | None:
    """What keeps namespaces from being made on this machine; None when nothing does. Leaves nothing behind."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
        return f"not installed: {', '.join(missing)}"
    # In a namespace that ends with this command, and the pair with it.
    pair = ["ip", "link", "add", "name", "oc0", "type", "veth", "peer", "name", "oc1"]
    tried = subprocess.run(["unshare", "--net", *pair], capture_output=True, text=True)
    return f"network namespaces are not allowed: {tried.stderr.strip()}" if tried.returncode else None


class Namespace:
    """One namespace and its wire: a pair of interfaces, one end inside, the other here.

    The namespace has no name. It lives by a process of ours that holds it, which the kernel ends with this program; when nobody is in it
    any more it goes, and the wire with it. So nothing stays, however this program ends.
    """

    def __init__(self, log: Path) -> None:
        name = f"oc{secrets.token_hex(4)}"
        pair = _FIRST + 4 * random.SystemRandom().randrange(_PAIRS)
        self.here, self.inside = str(pair + 1), str(pair + 2)
        self._wire, self._inner = f"{name}a", f"{name}b"
        self.holder = LocalProcess(name, ["unshare", "--net", "sleep", "infinity"], env=os.environ, log=log, ready=self._is_made)

    def start(self) -> None:
        """Raises: subprocess.CalledProcessError, NotReady; nothing is left then."""
        try:
            self.holder.start()
            _run("ip", "link", "add", "name", self._wire, "type", "veth", "peer", "name", self._inner, "netns", str(self.holder.pid))
            _run("ip", "address", "add", f"{self.here}/30", "dev", self._wire)
            _run(*self.enter, "ip", "address", "add", f"{self.inside}/30", "dev", self._inner)
            _run(*self.enter, "ip", "link", "set", "lo", "up")
            _run(*self.enter, "ip", "link", "set", self._inner, "up")
            self.heal()
        except BaseException:
            self.stop()
            raise

    @property
    def enter(self) -> list[str]:
        """What to put before a command so that it runs inside."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def cut(self) -> None:
        """Nothing passes any more, either way, and nobody is told."""
        _run("ip", "link", "set", self._wire, "down")

    def heal(self) -> None:
        _run("ip", "link", "set", self._wire, "up")

    def take(self, process: LocalProcess) -> list[FaultProxy]:
        """Let a process, not started yet, run inside. It reaches this machine by the wire, and so do we its health.

        Gives the ways to start before it: for each of the addresses it is told, and for its health page.
        """
        ports = {int(port) for value in process.env.values() for port in _URL_PORT.findall(value)}
        health_port = next(int(value) for name, value in process.env.items() if name.endswith("_HEALTH_PORT"))
        process.env = {name: self._seen_from_inside(value) for name, value in process.env.items()}
        process.command = [*self.enter, *process.command]
        return [
            *(FaultProxy(port, port, host=self.here) for port in sorted(ports)),
            FaultProxy(health_port, health_port, upstream_host=self.inside),
        ]

    def _seen_from_inside(self, setting: str) -> str:
        """Addresses of others are those of this end of the wire; an address alone is where the process itself listens."""
        return self.inside if setting == "127.0.0.1" else setting.replace("127.0.0.1:", f"{self.here}:")

    def stop(self) -> None:
        """End it; who is still inside keeps a network without a wire."""
        subprocess.run(["ip", "link", "delete", self._wire], capture_output=True)  # it may be gone, or never have been
        self.holder.kill()

    def _is_made(self) -> bool:
        return os.readlink(f"/proc/{self.holder.pid}/ns/net") != os.readlink("/proc/self/ns/net")


def isolate(platform: Platform, names: Iterable[str]) -> dict[str, Namespace]:
    """Give each of these processes a namespace. Raises: subprocess.CalledProcessError, NotReady; nothing is left then."""
    made: dict[str, Namespace] = {}
    try:
        for name in names:
            process = platform.processes[name]
            assert isinstance(process, LocalProcess)
            made[name] = Namespace(platform.log_of(f"namespace-{name}"))
            made[name].start()
            # With the platform's own proxies, which are started and stopped with it.
            platform.proxies |= {(name, f"way {number}"): way for number, way in enumerate(made[name].take(process))}
    except BaseException:
        for namespace in made.values():
            namespace.stop()
        raise
    return made


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
