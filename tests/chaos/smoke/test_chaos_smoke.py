"""The delivery promises hold under the faults of fixed seeds: every kind of process killed, ways broken, vendors failing."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1])
def test_nothing_is_lost_doubled_or_reordered(run_chaos: Callable[..., None], seed: int) -> None:
    run_chaos("--seed", str(seed), "--scale", "smoke")
