"""The checker bites: it finds nothing where every safeguard is on, and what it should where one is off."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.timeout(400)
@pytest.mark.parametrize("without", ["none", "inbox", "confirms", "fencing", "unit_of_work"])
def test_the_checker_tells_which_safeguard_is_off(run_chaos: Callable[..., None], without: str) -> None:
    run_chaos("--seed", "1", "--bites", without)
