"""How each of our programs is started: its command, its environment, and how to tell that it is ready."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from local_platform import nurseries
from local_platform.errors import PlatformError
from local_platform.processes import LocalProcess

SERVICES = ("identity", "challenges", "payments", "messaging", "matching", "notifications")


def answers_http(port: int, path: str) -> Callable[[], bool]:
    """A probe: whether GET `path` on this port of the loopback interface answers 200."""

    def probe() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return probe


def program(name: str, module: str, *arguments: str, env: Mapping[str, str], log: Path, port: int, path: str) -> LocalProcess:
    """A Python program of ours: `env` on top of this process's environment, ready when `path` on `port` answers 200."""
    forking = nurseries.current()
    return LocalProcess(
        name,
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
        log=log,
        ready=answers_http(port, path),
        spawn=forking.spawn(module, *arguments) if forking else None,
    )


def service(name: str, *, env: Mapping[str, str], log: Path, health_port: int, label: str | None = None) -> LocalProcess:
    """One service, run by the chassis."""
    env = {f"{name.upper()}_HEALTH_PORT": str(health_port), **env}
    return program(label or name, "chassis.runner", name, env=env, log=log, port=health_port, path="/health/ready")


def declare_topology(*services: str, env: Mapping[str, str], log: Path, renew: bool = False) -> None:
    """Declares the queues of these services, or of all; `renew`s those of an older release while nothing runs.

    Raises: PlatformError with what the step said last.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        command = [sys.executable, "-m", "chassis.topology", *(["renew"] if renew else []), *services]
        done = subprocess.run(command, env={**os.environ, **env}, stdout=output, stderr=output, timeout=120)
    if done.returncode:
        raise PlatformError(log.read_text(errors="replace").strip().splitlines()[-1])


def relay(*, env: Mapping[str, str], log: Path, health_port: int, label: str = "relay") -> LocalProcess:
    """One replica of the relay of all services' outboxes."""
    return program(
        label, "chassis.relay", env={"RELAY_HEALTH_PORT": str(health_port), **env}, log=log, port=health_port, path="/health/ready"
    )


def sandbox(*, env: Mapping[str, str], log: Path, port: int) -> LocalProcess:
    """The vendors' stand-in."""
    return program("sandbox", "sandbox", env={"SANDBOX_PORT": str(port), **env}, log=log, port=port, path="/health/ready")


def gateway(*, env: Mapping[str, str], log: Path, port: int, label: str = "gateway") -> LocalProcess:
    """One replica of the gateway."""
    return program(label, "gateway", env={"GATEWAY_PORT": str(port), **env}, log=log, port=port, path="/health/ready")
