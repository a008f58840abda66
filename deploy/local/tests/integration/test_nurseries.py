"""Programs that were imported once: their children are processes like any other."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_platform.errors import NotReady
from local_platform.nurseries import Nurseries
from local_platform.observing import wait_until
from local_platform.processes import LocalProcess

PROGRAM = """
import os, signal, sys, threading
print(sys.argv[1:], os.environ["COLOUR"], os.getcwd(), os.getsid(0) == os.getpid(), flush=True)
if "wait" in sys.argv:
    signal.pause()
sys.exit(7)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "__init__.py").touch()
    (tmp_path / "told" / "__main__.py").write_text(f"if __name__ == '__main__':\n    exec({PROGRAM!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def nurseries() -> Iterator[Nurseries]:
    opened = Nurseries()
    yield opened
    opened.close()


def process(nurseries: Nurseries, folder: Path, *arguments: str, colour: str = "red") -> LocalProcess:
    log = folder / f"{colour}.log"
    spawn = nurseries.spawn("told", *arguments)
    env = {**os.environ, "COLOUR": colour}
    return LocalProcess(
        colour, [], env=env, log=log, ready=lambda: log.exists() and log.read_text().endswith("\n"), folder=folder, spawn=spawn
    )


def test_a_child_has_its_own_arguments_environment_folder_log_and_session(nurseries: Nurseries, program: Path) -> None:
    red, blue = process(nurseries, program, "wait"), process(nurseries, program, "wait", colour="blue")
    for one in (red, blue):
        one.start()
        assert one.log.read_text() == f"['wait'] {one.name} {program} True\n"
    assert red.pid != blue.pid
    red.stop()
    assert (red.status, blue.running) == (-signal.SIGTERM, True)
    blue.kill()
    assert blue.status == -signal.SIGKILL


def test_it_ends_by_itself_with_its_status_and_can_be_started_again(nurseries: Nurseries, program: Path) -> None:
    one = process(nurseries, program)
    for times in (1, 2):
        one.launch()
        wait_until(lambda: not one.running)
        assert one.status == 7
        assert one.log.read_text().count("red") == times


def test_what_cannot_be_imported_is_not_ready(nurseries: Nurseries, program: Path) -> None:
    with pytest.raises(NotReady, match=r"told\.nothing cannot be imported"):
        nurseries.spawn("told.nothing")(os.environ, None, program / "log")


def test_waiting_for_a_child_has_an_end(nurseries: Nurseries, program: Path) -> None:
    child = nurseries.spawn("told", "wait")({**os.environ, "COLOUR": "red"}, None, program / "log")
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.send_signal(signal.SIGKILL)  # nobody is hit


def test_children_end_with_their_nursery(program: Path) -> None:
    nurseries = Nurseries()
    child = nurseries.spawn("told", "wait")({**os.environ, "COLOUR": "red"}, None, program / "log")
    nurseries.close()
    wait_until(lambda: not psutil.pid_exists(child.pid))
