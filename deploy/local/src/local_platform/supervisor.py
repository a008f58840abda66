"""Keeps the platform running in the foreground for a person: progress, restarts of what dies, a clean end on Ctrl-C or SIGTERM."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from local_platform import infrastructure
from local_platform.environment import Ports
from local_platform.errors import PlatformError
from local_platform.infrastructure import Runnable
from local_platform.platform import Platform

ADDRESSES = "platform.json"  # where what runs can be reached, for the demo and other clients
_FILLER = "local_platform.demo_market"
_LONGEST_PAUSE = 30.0
_STABLE_AFTER = 60.0


def say(line: str) -> None:
    print(line, flush=True)


class Ended(BaseException):
    """A signal asked the supervisor to end; not an Exception, so nothing on the way takes it for a failure."""


@dataclass(slots=True)
class Restarts:
    """When a process that dies may be started again: at once, then after pauses that double."""

    pause: float = 0.0
    due: float | None = None  # None: it has not died since it was started
    started: float = -math.inf

    def plan(self, now: float) -> None:
        self.pause = 0.0 if now - self.started > _STABLE_AFTER else min(max(1.0, self.pause * 2), _LONGEST_PAUSE)
        self.due = now + self.pause

    @property
    def when(self) -> str:
        return f"in {self.pause:.0f} s" if self.pause else "now"


class Supervisor:
    """Runs one platform until a signal ends it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder.absolute()
        self._environment = environment
        self._restarts: dict[str, Restarts] = {}

    def run(self) -> None:
        """Starts, watches, stops. Raises: PlatformError when it cannot start."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / "lock").open("a+") as lock:
            _hold(lock, self._folder)
            _on_signals(_end)
            platform: Platform | None = None
            try:
                say("OpenChance: starting")
                platform = self._platform()
                platform.start()
                _write_private(self._folder / ADDRESSES, json.dumps(platform.env, indent=2))
                self._fill_market(platform)
                self._say_where(platform)
                while True:
                    self._mind(platform)
                    time.sleep(0.5)
            except Ended:
                say("OpenChance: stopping")
            finally:
                _on_signals(_already_ending)
                if platform is not None:
                    platform.stop()
                    if platform.infrastructure.description == "Docker Compose":
                        infrastructure.compose_stop()
                say("OpenChance: stopped; its data stays in " + _short(self._folder))

    def _platform(self) -> Platform:
        gateways = int(self._environment.get("GATEWAY_REPLICAS") or 2)
        return Platform(
            self._folder,
            Ports.usual(self._environment, gateways),
            environment=self._environment,
            docker=self._environment.get("OPENCHANCE_DOCKER", "yes") != "no",
            progress=say,
        )

    def _mind(self, platform: Platform) -> None:
        """Starts again what died, each with its own growing pause."""
        for name, process in platform.processes.items():
            if process.running:
                continue
            now = time.monotonic()
            restarts = self._restarts.setdefault(name, Restarts())
            if restarts.due is None:
                restarts.plan(now)
                say(f"  died      {process.name}; starting it again {restarts.when} (log: {_short(platform.log_of(name))})")
            if restarts.due is not None and now >= restarts.due:
                restarts.started, restarts.due = now, None
                _launch(process)

    def _fill_market(self, platform: Platform) -> None:
        """On the first start, so that there is something to look at."""
        filled = self._folder / "demo-market-filled"
        wanted = self._environment.get("OPENCHANCE_DEMO_MARKET", "yes") != "no"
        if filled.exists() or not wanted or importlib.util.find_spec(_FILLER) is None:
            return
        say("  filling   a small demo market (once)")
        done = subprocess.run([sys.executable, "-m", _FILLER], env={**os.environ, **platform.env})
        if done.returncode:
            say(f"  the demo market could not be filled (status {done.returncode}); the platform runs without it")
        else:
            filled.touch()

    def _say_where(self, platform: Platform) -> None:
        here = platform.infrastructure
        lines = [
            "",
            f"OpenChance runs ({here.description}).",
            *(f"  API       {url}/v1 · {url}/docs" for url in platform.gateway_urls),
            f"  Sandbox   {platform.sandbox_url} (the mail, texts and payments it received)",
            f"  RabbitMQ  {_without_password(here.amqp_url)}",
            f"  MongoDB   {_without_password(here.mongo_url)}",
            f"  Redis     {_without_password(here.redis_url)}",
            f"  Logs      {_short(platform.folder / 'logs')}",
            "Ctrl-C stops it; its data stays. Try: make demo",
        ]
        say("\n".join(lines))


def _write_private(file: Path, text: str) -> None:
    """For its owner alone: the addresses hold passwords."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)


def _launch(process: Runnable) -> None:
    try:
        process.launch()
    except PlatformError as error:
        say(f"  {error}")


def _hold(lock: IO[str], folder: Path) -> None:
    """One supervisor a folder. Raises: PlatformError when another holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        lock.seek(0)
        raise PlatformError(f"the platform already runs in {_short(folder)} (process {lock.read().strip() or '?'})") from held
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _on_signals(handler: signal.Handlers | object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)  # type: ignore[arg-type]


def _end(_number: int, _frame: FrameType | None) -> None:
    _on_signals(_already_ending)
    raise Ended


def _already_ending(_number: int, _frame: FrameType | None) -> None:
    say("  stopping already; a moment, please")


def _short(path: Path) -> str:
    """Relative to the working folder where that is shorter to read."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _without_password(url: str) -> str:
    before, at, host = url.rpartition("@")
    return f"{before.partition('://')[0]}://{host}" if at else url
