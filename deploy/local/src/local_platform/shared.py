"""One set of test servers for many test runs: `python -m local_platform.shared up` prints the variables to export, `down` ends it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from local_platform.errors import PlatformError
from local_platform.servers import Servers

FOLDER = Path(tempfile.gettempdir()) / f"openchance-shared-{os.getuid()}"
STATE = FOLDER / "servers.json"


def _read_state() -> dict[str, str] | None:
    try:
        state: dict[str, str] = json.loads(STATE.read_text())
    except (OSError, ValueError):
        return None
    return state if _is_keeper(int(state["pid"])) else None


def _is_keeper(pid: int) -> bool:
    """Whether this process keeps the set, and not another one that got its number later."""
    try:
        return "local_platform.shared" in psutil.Process(pid).cmdline()
    except psutil.NoSuchProcess:
        return False


def up() -> dict[str, str]:
    """Starts the set unless it runs, and returns the variables that make pytest use it. Raises: PlatformError."""
    if state := _read_state():
        return _variables(state)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700)
    log = FOLDER / "shared.log"
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "local_platform.shared", "keep"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and keeper.poll() is None:
        if state := _read_state():
            return _variables(state)
        time.sleep(0.1)
    raise PlatformError(f"the shared servers did not start: {log.read_text().strip()}")


def down() -> None:
    """Ends the set, if one runs, and forgets its data."""
    if state := _read_state():
        keeper = psutil.Process(int(state["pid"]))
        keeper.send_signal(signal.SIGTERM)
        keeper.wait(60)
    shutil.rmtree(FOLDER, ignore_errors=True)


def keep() -> None:
    """Runs the servers in the foreground until SIGTERM or SIGINT."""
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())
    servers = Servers.in_folder(FOLDER)
    servers.start()
    state = {
        "pid": str(os.getpid()),
        "amqp": servers.broker.url,
        "mongo": servers.mongo.url,
        "redis": servers.redis.url,
        "broker": f"{servers.broker.folder}:{servers.broker.port}:{servers.broker.distribution_port}:{servers.broker.mapper_port}",
    }
    partial = STATE.with_suffix(".partial")
    partial.write_text(json.dumps(state))
    partial.rename(STATE)
    asked_to_end.wait()
    servers.stop()


def _variables(state: dict[str, str]) -> dict[str, str]:
    return {
        "OPENCHANCE_TEST_AMQP_URL": state["amqp"],
        "OPENCHANCE_TEST_MONGO_URL": state["mongo"],
        "OPENCHANCE_TEST_REDIS_URL": state["redis"],
        # Lets every test session make a virtual host of its own on the shared broker.
        "OPENCHANCE_TEST_BROKER": state["broker"],
    }


def main(arguments: list[str]) -> int:
    match arguments:
        case ["up"]:
            for name, value in up().items():
                print(f"export {name}={value}")
        case ["down"]:
            down()
        case ["keep"]:
            keep()
        case _:
            print("usage: python -m local_platform.shared up|down")
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PlatformError as error:
        sys.exit(str(error))
