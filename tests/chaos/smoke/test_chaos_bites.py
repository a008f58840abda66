"""The checker bites: it finds what it should where a safeguard is off. That it finds nothing where all are on, the smoke run shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("without", ["inbox", "confirms", "fencing", "unit_of_work"])
def test_the_checker_tells_which_safeguard_is_off(run_chaos: Callable[..., None], without: str) -> None:
    run_chaos("--seed", "1", "--bites", without)
