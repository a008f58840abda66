"""Nurseries of our programs, for tests, which start hundreds: a start is a fork of what was imported once, for a fraction of the CPU.

Whoever wants them opens them for as long as they are wanted. `make run` does not: what it starts is what a person would start.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from contextlib import contextmanager
from pathlib import Path

from local_platform.errors import NotReady
from local_platform.processes import Child, Spawn, spawned

_IMPORTED_WITHIN_S = 60.0


class Forked:
    """A child of a nursery, as subprocess.Popen tells of its own."""

    def __init__(self, pid: int, end: Future[int]) -> None:
        self.pid = pid
        self._end = end

    def poll(self) -> int | None:
        return self._end.result() if self._end.done() else None

    def wait(self, timeout: float | None = None) -> int:
        try:
            return self._end.result(timeout)
        except StillRunning:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nursery:
    """One program, imported once."""

    def __init__(self, module: str, *arguments: str, env: Mapping[str, str]) -> None:
        answers, told = os.pipe()
        command = [sys.executable, "-m", "local_platform.nursery", str(told), module, *arguments]
        self._name = " ".join((module, *arguments))
        self._process = spawned(command, env=env, folder=None, stdin=subprocess.PIPE, pass_fds=(told,))
        os.close(told)
        self._asked = threading.Lock()
        self._born: queue.Queue[Forked | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, args=(answers,), daemon=True)
        self._listener.start()

    def spawn(self, env: Mapping[str, str], folder: Path | None, log: Path) -> Child:
        """Raises: NotReady where the program cannot even be imported."""
        request = {"env": dict(env), "folder": None if folder is None else str(folder), "log": str(log.absolute())}
        with self._asked:
            with contextlib.suppress(BrokenPipeError):
                assert self._process.stdin is not None
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
            try:
                born = self._born.get(timeout=_IMPORTED_WITHIN_S)
            except queue.Empty:
                born = None
        if born is None:
            raise NotReady(f"{self._name} cannot be imported: see what it wrote above")
        return born

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.wait()
        self._listener.join()

    def _listen(self, answers: int) -> None:
        ends: dict[int, Future[int]] = {}
        with os.fdopen(answers) as lines:
            for line in lines:
                what, pid, *status = line.split()
                if what == "born":
                    ends[int(pid)] = Future()
                    self._born.put(Forked(int(pid), ends[int(pid)]))
                else:
                    ends.pop(int(pid)).set_result(int(status[0]))
        for end in ends.values():
            end.set_result(-1)  # the nursery is gone, and with it whoever could tell
        self._born.put(None)


class Nurseries:
    """A nursery for each program and place to import from, from its first start on."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, ...], Nursery] = {}
        self._opening = threading.Lock()

    def spawn(self, module: str, *arguments: str) -> Spawn:
        def spawn(env: Mapping[str, str], folder: Path | None, log: Path) -> Child:
            program = (env.get("PYTHONPATH", ""), module, *arguments)
            with self._opening:
                if program not in self._open:
                    self._open[program] = Nursery(module, *arguments, env=env)
            return self._open[program].spawn(env, folder, log)

        return spawn

    def close(self) -> None:
        for nursery in self._open.values():
            nursery.close()


_opened: list[Nurseries] = []


@contextmanager
def opened() -> Iterator[None]:
    """Meanwhile our programs are forked."""
    nurseries = Nurseries()
    _opened.append(nurseries)
    try:
        yield
    finally:
        _opened.remove(nurseries)
        nurseries.close()


def current() -> Nurseries | None:
    return _opened[-1] if _opened else None
