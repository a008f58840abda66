"""Every test sees the fixtures of the local platform; a unit test (its path contains /unit/) may not open a network socket."""

from __future__ import annotations

import os

import pytest
from coverage.config import CoverageConfig
from pytest_socket import disable_socket, enable_socket

pytest_plugins = ["local_platform.pytest_plugin"]


def pytest_configure(config: pytest.Config) -> None:
    # Where a test imports a service, eventlet is in the process; unpatched there, it does no harm to the servers tests start.
    config.addinivalue_line("filterwarnings", r"ignore:Using fork\(\) is a bad idea:DeprecationWarning")
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        _measure_green_threads_in_started_processes()


def _measure_green_threads_in_started_processes() -> None:
    """Let coverage follow eventlet's greenlets in the services that tests start, and not in the process of the tests.

    Following greenlets hangs a process whose threads come and go, as those of tests do: greenlet clears up after an ended thread
    in a pending call, coverage's weak dictionary runs Python code in there, and CPython 3.11 never leaves a traced function's first
    instruction while another pending call waits.
    """
    if (measured := os.environ.get("COVERAGE_PROCESS_CONFIG")) is not None:
        for_services = CoverageConfig.deserialize(measured)
        for_services.concurrency = ["thread", "greenlet"]
        os.environ["COVERAGE_PROCESS_CONFIG"] = for_services.serialize()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if "unit" in item.path.parts:
        disable_socket(allow_unix_socket=True)  # an asyncio loop needs a socket pair


def pytest_runtest_teardown(item: pytest.Item) -> None:
    if "unit" in item.path.parts:
        enable_socket()
