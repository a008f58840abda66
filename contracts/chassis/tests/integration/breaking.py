"""The ways in which a connection breaks, as the parameter of a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local_platform.fault_proxy import FaultProxy

FAULTS = {"cut": FaultProxy.cut, "reset": FaultProxy.reset, "half-open": FaultProxy.half_open, "stalled": FaultProxy.stall}
Break = Callable[[FaultProxy], None]
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
