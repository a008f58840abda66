"""pymongo on eventlet's sockets under stress: the gate for a new version of either.

OPENCHANCE_STRESS_OPERATIONS=2000 is the long form, which a version bump must pass.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from local_platform.fault_proxy import FaultProxy
from local_platform.observing import eventually
from local_platform.processes import LocalProcess
from local_platform.servers import Mongo

GREENLETS = 50
OPERATIONS = int(os.environ.get("OPENCHANCE_STRESS_OPERATIONS", "20"))
WITHIN_S = 80 if OPERATIONS < 200 else 1200
SCRIPT = Path(__file__).parents[1] / "stress" / "pymongo_in_greenlets.py"


def script(tmp_path: Path, processes: list[LocalProcess], *arguments: str) -> LocalProcess:
    process = LocalProcess(
        "stress", [sys.executable, str(SCRIPT), *arguments], env=dict(os.environ), log=tmp_path / "stress.log", ready=lambda: True
    )
    processes.append(process)
    process.launch()
    return process


async def report(process: LocalProcess) -> dict[str, Any]:
    await eventually(lambda: not process.running, WITHIN_S)
    assert process.status == 0, process.log.read_text()
    told: dict[str, Any] = json.loads(process.last_words())
    return told


@pytest.mark.timeout(2 * WITHIN_S)
async def test_fifty_greenlets_outlive_a_killed_server(own_mongo: Mongo, tmp_path: Path, processes: list[LocalProcess]) -> None:
    back = tmp_path / "back"
    process = script(tmp_path, processes, own_mongo.url, "stress", str(GREENLETS), str(OPERATIONS), str(back))
    await eventually(lambda: "halfway" in process.log.read_text() if process.log.exists() else False, WITHIN_S)
    own_mongo.kill()
    # A shorter outage pymongo hides: each attempt waits for a server, and is made twice.
    await eventually(lambda: "interrupted" in process.log.read_text(), WITHIN_S)
    own_mongo.start()
    back_at = time.time()
    back.touch()
    told = await report(process)
    assert told["operations"] >= GREENLETS * OPERATIONS
    assert (told["lost"], told["unasked"], told["torn_pairs"]) == (0, 0, 0)
    assert told["pairs"] >= GREENLETS * OPERATIONS // 5
    assert (told["not_streamed"], told["streamed_twice"]) == (0, 0)
    assert told["most_interruptions"] <= 5  # an attempt waits for a server by itself, three seconds at a time
    assert told["well_again_at"] - back_at < 15
    assert told["longest_pause_s"] < 5  # nothing waits for the server but the greenlet that asked it


async def test_a_server_whose_name_nobody_knows_holds_up_one_greenlet_alone(tmp_path: Path, processes: list[LocalProcess]) -> None:
    told = await report(script(tmp_path, processes, "lost", "mongodb://no-such-host.invalid:27017/"))
    assert told["outcome"] != "answered"
    assert told["took_s"] < 10
    assert told["longest_pause_s"] < 2


async def test_a_server_that_says_nothing_holds_up_one_greenlet_alone(
    own_mongo: Mongo, tmp_path: Path, processes: list[LocalProcess]
) -> None:
    with FaultProxy(own_mongo.port) as way:
        way.half_open()
        told = await report(script(tmp_path, processes, "lost", way.url(own_mongo.url)))
    assert told["outcome"] == "ServerSelectionTimeoutError"
    assert 2.5 < told["took_s"] < 10
    assert told["longest_pause_s"] < 2
