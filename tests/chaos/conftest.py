"""Makes the harness and its checker importable, and runs it as a program: it starts, kills and ends many others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent


@pytest.fixture
def run_chaos(tmp_path: Path) -> Callable[..., None]:
    """`run_chaos("--seed", "1")`: carries out a plan; fails, with all it said, when the verdict is not as it should be."""

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, str(HARNESS), *arguments, "--folder", str(tmp_path / "run")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            pytest.fail(f"status {done.returncode}\n{done.stdout}", pytrace=False)

    return run
