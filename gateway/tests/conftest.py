"""Fixtures of the gateway's tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for the package gateway_fakes

import pytest
from gateway_fakes.rpc import FakeRpc


@pytest.fixture
def fake_rpc() -> FakeRpc:
    return FakeRpc()
