"""One child process: started in a group of its own, watched until it is ready, ended with its group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Protocol

from local_platform.errors import NotReady
from local_platform.parenthood import end_with_parent

# The kernel's "parent" is a thread: one that lives until this program ends starts every process, whoever asks for it.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="process-starter")


class Child(Protocol):
    """A process of ours, as subprocess.Popen tells of one."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int) -> None: ...


Spawn = Callable[[Mapping[str, str], Path | None, Path], Child]  # with this environment, in this folder, into this log


def spawned(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path | None,
    stdin: int = subprocess.DEVNULL,
    output: IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """A child in a session of its own, which ends with this program."""

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=stdin,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=end_with_parent,  # one system call: safe between fork and exec
        )

    return _starter.submit(start).result()


class LocalProcess:
    """A program with a command, an environment, a log file and a readiness probe; it can be started again after it ended."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        ready: Callable[[], bool],
        ready_within: float = 120.0,
        folder: Path | None = None,
        spawn: Spawn | None = None,
    ) -> None:
        """`spawn` starts the program in another way than by its command."""
        self.name = name
        self.command = list(command)
        self.env = dict(env)
        self.log = log
        self._ready = ready
        self._ready_within = ready_within
        self._folder = folder
        self._spawn = spawn or self._execute
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The process id, also after the process ended; None before the first start."""
        return self._child.pid if self._child else None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def status(self) -> int | None:
        """The exit status (negative: the signal that ended it), None while it runs or before it ran."""
        return self._child.poll() if self._child else None

    def start(self) -> None:
        """Starts the program and waits until it is ready. Raises: NotReady."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Starts the program without waiting for it; does nothing when it runs already."""
        if self.running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._child = self._spawn(self.env, self._folder, self.log)

    def _execute(self, env: Mapping[str, str], folder: Path | None, log: Path) -> Child:
        with log.open("ab") as output:
            return spawned(self.command, env=env, folder=folder, output=output)

    def wait_ready(self, within: float | None = None) -> None:
        """Waits until the probe answers.

        Raises: NotReady when the process ended or `within` seconds (default: its own deadline) passed.
        """
        allowed = self._ready_within if within is None else within
        deadline = time.monotonic() + allowed
        while True:
            if self.is_ready():
                return
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} was not ready after {allowed:.0f} s: {self.last_words()} (log: {self.log})")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether the probe answers now.

        Raises: NotReady when the process has ended.
        """
        if not self.running:
            raise NotReady(f"{self.name} ended with status {self.status} before it was ready: {self.last_words()} (log: {self.log})")
        return self._ready()

    def terminate(self) -> None:
        """Asks the process to end (SIGTERM) and returns at once."""
        if self._child is not None and self.running:
            self._child.send_signal(signal.SIGTERM)

    def stop(self, within: float = 30.0) -> None:
        """Ends the process cleanly; what is left of its group after `within` seconds is killed."""
        self.terminate()
        if self._child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(within)
        self.kill()

    def kill(self) -> None:
        """kill -9 of the whole process group, and waits for its end."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def restart(self) -> None:
        """Stops, starts and waits until ready, with the same command and environment."""
        self.stop()
        self.start()

    def last_words(self) -> str:
        """The last line of the log that is not empty."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return "it wrote no log"
        return next((line.strip() for line in reversed(lines) if line.strip()), "its log is empty")
