"""The tiny service that the chassis is tested with, importable here and in the processes that tests start."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from chassis import green  # noqa: F401 - before a test imports nameko, which imports eventlet
from contracts import topology

_SERVICES = str(Path(__file__).parent / "services")
sys.path.insert(0, _SERVICES)


@pytest.fixture(scope="session")
def consumed() -> Mapping[str, Iterable[str]]:
    handlers = ("greeter.on_greeted", "greeter.on_missed", "greeter.sessions.on_session_revoked")
    return {**topology.CONSUMERS, "greeter": [f"{handler}{kind}" for handler in handlers for kind in ("", ".dead")]}


@pytest.fixture(autouse=True)
def _importable_in_child_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [_SERVICES, os.environ.get("PYTHONPATH")])))
