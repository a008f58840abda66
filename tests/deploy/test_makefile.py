"""The two commands on machines that are not as ours: what an interrupted try left behind, paths with spaces, a broker named in .env."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and what its rules look at."""
    folder = tmp_path / "a b"
    folder.mkdir()
    shutil.copy(MAKEFILE, folder)
    (folder / "constraints.txt").touch()
    for package in ("contracts/messages", "contracts/chassis", "gateway", "deploy/sandbox", "deploy/local"):
        (folder / package).mkdir(parents=True)
        (folder / package / "pyproject.toml").touch()
    for service in ("identity", "challenges", "payments", "messaging", "matching", "notifications"):
        (folder / "services" / service).mkdir(parents=True)
        (folder / "services" / service / "pyproject.toml").touch()
    return folder


def make(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "OPENCHANCE"))}
    return subprocess.run(
        ["make", *arguments], cwd=checkout, env=ours | environment, capture_output=True, text=True, check=False, timeout=60
    )


def environment_of(checkout: Path, *, made: bool) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (checkout / ".venv" / ".installed").touch()
    if made:
        (checkout / ".venv" / ".made").touch()
        (checkout / ".venv" / ".installed").touch()


def test_a_half_made_environment_is_made_anew(checkout: Path) -> None:
    environment_of(checkout, made=False)
    planned = make(checkout, "-n", "install").stdout
    assert "-m venv --clear .venv" in planned
    assert "--require-hashes" in planned


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Path) -> None:
    environment_of(checkout, made=True)
    assert "-m venv" not in make(checkout, "-n", "install").stdout
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3.11")
    planned = make(checkout, "-n", "install").stdout
    assert "-m venv --clear .venv" in planned
    assert "--require-hashes" in planned


def test_a_path_with_a_space_is_one_path(checkout: Path) -> None:
    environment_of(checkout, made=True)
    assert f'OPENCHANCE_TEST_FAILURES="{checkout}/.failures"' in make(checkout, "-n", "test").stdout


def test_no_broker_is_missed_where_env_names_one(checkout: Path) -> None:
    nowhere = ("rabbitmq", "RABBITMQ=/nowhere/rabbitmq-server", "apt=false")
    assert make(checkout, *nowhere, PATH="/usr/bin:/bin").returncode != 0
    (checkout / ".env").write_text("OPENCHANCE_AMQP_URL=amqp://guest:guest@127.0.0.1:5672\n")
    assert make(checkout, *nowhere, PATH="/usr/bin:/bin").returncode == 0
