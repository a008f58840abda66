"""The delivery promises hold when hosts are cut off from everything, longer than a lease lasts, and come back."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chaos import namespace
from chaos.namespace import Namespace

from local_platform.observing import eventually
from local_platform.processes import LocalProcess

PORT = 8080  # of a network that has nobody else


@pytest.fixture(autouse=True)
def _allowed() -> None:
    if reason := namespace.why_not():
        pytest.skip(reason)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Namespace]:
    made = Namespace(tmp_path / "namespace.log")
    made.start()
    yield made
    made.stop()


def wires() -> set[str]:
    return {name for name in os.listdir("/sys/class/net") if name.startswith("oc")}


@pytest.mark.timeout(1200)
def test_nothing_is_lost_doubled_or_reordered_by_a_partition(run_chaos: Callable[..., None]) -> None:
    run_chaos("--seed", "1", "--scale", "partition")


async def test_a_host_is_cut_off_and_comes_back(host: Namespace, processes: list[LocalProcess], tmp_path: Path) -> None:
    def answers() -> bool:
        connection = http.client.HTTPConnection(host.inside, PORT, timeout=0.5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    command = [*host.enter, sys.executable, "-m", "http.server", str(PORT), "--directory", str(tmp_path)]
    server = LocalProcess("server", command, env=os.environ, log=tmp_path / "server.log", ready=answers)
    processes.append(server)
    server.start()
    host.cut()
    assert not answers()
    host.heal()
    await eventually(answers)


async def test_nothing_stays_of_a_host_that_nobody_ends(tmp_path: Path) -> None:
    """As when this program is killed: the kernel ends who holds the namespace, and nobody else does."""
    before = wires()
    forgotten = Namespace(tmp_path / "namespace.log")
    forgotten.start()
    (wire,) = wires() - before
    forgotten.holder.kill()
    await eventually(lambda: wire not in wires())
