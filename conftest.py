"""Every test sees the fixtures of the local platform; a test in tests/unit or tests/machines may not open a network socket."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, enable_socket

# How long an example takes is the machine's affair: no test is of that.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ["local_platform.pytest_plugin"]


def pytest_configure(config: pytest.Config) -> None:
    # Where a test imports a service, eventlet is in the process; unpatched there, it does no harm to the servers tests start.
    config.addinivalue_line("filterwarnings", r"ignore:Using fork\(\) is a bad idea:DeprecationWarning")
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        # The processes of the tests are measured. Those that they start are not: each would take a third longer to start.
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """`make test` names at its end what failed in any of its steps."""
    failures = os.environ.get("OPENCHANCE_TEST_FAILURES")
    if report.failed and failures and "PYTEST_XDIST_WORKER" not in os.environ:
        crash = getattr(report.longrepr, "reprcrash", None)
        why = str(crash.message if crash else report.longrepr).strip().splitlines()
        with Path(failures).open("a") as file:
            file.write(f"{report.nodeid} ({report.when}): {why[0][:300] if why else ''}\n")


def _without_servers(item: pytest.Item) -> bool:
    return not {"unit", "machines"}.isdisjoint(item.path.parts)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _without_servers(item):
        disable_socket(allow_unix_socket=True)  # an asyncio loop needs a socket pair


def pytest_runtest_teardown(item: pytest.Item) -> None:
    if _without_servers(item):
        enable_socket()
