"""`make run` as a person meets it: it comes up, mends itself, ends cleanly, and keeps its data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from local_platform.observing import wait_until
from local_platform.ports import accepts_connections, free_port


class Run:
    """The supervisor as a process of its own, with what it prints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self.output = folder / "output"
        self.gateway = free_port()
        self._env = {
            **os.environ,
            "OPENCHANCE_DOCKER": "no",
            "OPENCHANCE_DEMO_MARKET": "no",
            "GATEWAY_REPLICAS": "1",
            "GATEWAY_PORT": str(self.gateway),
            "SANDBOX_PORT": str(free_port()),
            "OPENCHANCE_HEALTH_PORT": str(free_port(in_a_row=7)),
            **{f"OPENCHANCE_{server}_PORT": str(free_port()) for server in ("BROKER", "MONGO", "REDIS")},
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def printed(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def launch(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            command = [sys.executable, "-m", "local_platform", "up", str(self.folder)]
            self.process = subprocess.Popen(command, env=self._env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        return self.process

    def start(self) -> None:
        process = self.launch()
        wait_until(lambda: "OpenChance runs" in self.printed or process.poll() is not None, within=300)
        assert process.poll() is None, self.printed

    def offspring(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(120)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    running = Run(tmp_path)
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end()


def alive(processes: list[psutil.Process]) -> list[str]:
    """Command lines of those still running; one that ends while it is asked (NoSuchProcess, also when it is a zombie by then) is not."""
    running = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                running.append(" ".join(process.cmdline()))
    return running


def is_service(process: psutil.Process, name: str) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()[-2:] == ["chassis.runner", name]
    return False


def test_it_comes_up_mends_itself_outlives_a_kill_and_ends_without_a_trace(run: Run) -> None:
    run.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{run.gateway}/health/ready", timeout=5) as answer:
        assert answer.status == 200
    (victim,) = [process for process in run.offspring() if is_service(process, "messaging")]
    victim.kill()
    wait_until(lambda: "died      messaging; starting it again" in run.printed, within=60)
    wait_until(lambda: any(is_service(one, "messaging") for one in run.offspring()), within=60)
    secrets = sorted(file.read_text() for file in (run.folder / "secrets").iterdir())

    offspring = run.offspring()
    assert len(offspring) > 10
    run.end(signal.SIGKILL)
    wait_until(lambda: alive(offspring) == [], within=120)

    run.start()
    offspring = run.offspring()
    assert run.end(signal.SIGINT) == 0
    wait_until(lambda: alive(offspring) == [], within=20)  # servers' own helpers end with them, a moment later
    assert not accepts_connections(run.gateway)
    assert json.loads((run.folder / "platform.json").read_text())["OPENCHANCE_GATEWAY_URLS"] == f"http://127.0.0.1:{run.gateway}"
    assert "Traceback" not in run.printed
    assert sorted(file.read_text() for file in (run.folder / "secrets").iterdir()) == secrets


def test_a_second_one_in_the_same_folder_says_so(run: Run) -> None:
    first = run.launch()
    wait_until(lambda: (run.folder / "lock").exists() and (run.folder / "lock").read_text() == str(first.pid), within=60)
    second = subprocess.run([sys.executable, "-m", "local_platform", "up", str(run.folder)], capture_output=True, text=True, timeout=120)
    assert second.returncode == 1
    assert second.stderr.strip() == f"OpenChance cannot start: the platform already runs in {run.folder} (process {first.pid})"
    assert run.end(signal.SIGTERM) == 0  # in the middle of its start


def test_a_taken_port_is_one_clear_line(run: Run) -> None:

    with socket.create_server(("127.0.0.1", run.gateway)):
        assert run.launch().wait(120) == 1
    last = run.printed.splitlines()[-1]
    assert last == (
        f"OpenChance cannot start: port {run.gateway}, needed by the gateway (move it with GATEWAY_PORT), is taken by another program:"
        " stop that program or choose another port"
    )
