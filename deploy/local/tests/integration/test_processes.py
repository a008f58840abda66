"""A process lives and dies with its group, and never outlives who started it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from chassis.access.broker import ADMINISTRATOR
from local_platform.environment import Ports
from local_platform.errors import NotReady
from local_platform.infrastructure import choose
from local_platform.observing import wait_until
from local_platform.ports import free_port
from local_platform.processes import LocalProcess


def shell(script: str, folder: Path, ready: Callable[[], bool] = lambda: True) -> LocalProcess:
    return LocalProcess("shell", ["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin"}, log=folder / "log", ready=ready)


def test_children_of_a_process_end_with_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    process = shell(f"sleep 300 & echo $! > {child}; wait", tmp_path, ready=lambda: child.exists() and bool(child.read_text().strip()))
    process.start()
    process.stop()
    wait_until(lambda: not psutil.pid_exists(int(child.read_text())))


def test_one_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    armed = tmp_path / "armed"
    process = shell(f"trap '' TERM; touch {armed}; while :; do sleep 0.1; done", tmp_path, ready=armed.exists)
    process.start()
    process.stop(within=0.5)
    assert process.status == -signal.SIGKILL


def test_it_starts_again_after_it_was_killed(tmp_path: Path) -> None:
    process = shell("exec sleep 300", tmp_path)
    process.start()
    first = process.pid
    process.kill()
    assert not process.running
    process.start()
    assert process.running
    assert process.pid != first
    process.stop()


def test_it_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    process = shell("exec sleep 300", tmp_path)
    asking = threading.Thread(target=process.start)
    asking.start()
    asking.join()
    assert process.pid is not None
    with pytest.raises(psutil.TimeoutExpired):
        psutil.Process(process.pid).wait(0.3)
    process.stop()


def test_nothing_is_orphaned_when_its_starter_is_killed(tmp_path: Path) -> None:
    """kill -9 leaves the starter no chance to clean up: the kernel does."""
    starter = textwrap.dedent(f"""
        import pathlib, time
        from local_platform.processes import LocalProcess
        log = pathlib.Path({str(tmp_path)!r}) / "log"
        process = LocalProcess("sleeper", ["sleep", "300"], env={{"PATH": "/usr/bin:/bin"}}, log=log, ready=lambda: True)
        process.start()
        print(process.pid, flush=True)
        time.sleep(300)
    """)
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        sleeper = int(running.stdout.readline())
        assert psutil.pid_exists(sleeper)
        running.kill()
    wait_until(lambda: not psutil.pid_exists(sleeper))


def test_a_server_of_the_environment_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(NotReady, match=rf"amqp://127\.0\.0\.1:{port}, named by the environment, does not answer"):
        choose(tmp_path, Ports.free(1), {"OPENCHANCE_AMQP_URL": f"amqp://user:secret@127.0.0.1:{port}/"}, {}, docker=False)


def test_only_servers_that_are_not_given_are_started(tmp_path: Path, redis_url: str) -> None:
    chosen = choose(tmp_path, Ports.free(1), {"OPENCHANCE_REDIS_URL": redis_url}, {ADMINISTRATOR: "a"}, docker=False)
    assert chosen.redis_url == redis_url
    assert set(chosen.servers) == {"broker", "mongo"}


def test_a_server_that_was_given_is_reached_as_its_address_says(tmp_path: Path) -> None:
    address = "mongodb+srv://me:secret@cluster/"
    chosen = choose(tmp_path, Ports.free(1), {"OPENCHANCE_MONGO_URL": address}, {ADMINISTRATOR: "a", "identity": "i"}, docker=False)
    assert chosen.logins.mongo_url(chosen.mongo_url, "identity") == address
    assert chosen.logins.amqp_url(chosen.amqp_url, "identity").startswith("amqp://identity:i@127.0.0.1:")
