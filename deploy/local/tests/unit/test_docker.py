"""Whether containers are to be had: an engine that answers, and Compose."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_platform.infrastructure import docker_answers


@pytest.mark.parametrize(
    ("answers", "there"), [("compose info", True), ("info", False), ("compose", False)], ids=["both", "without Compose", "client alone"]
)
def test_containers_take_an_engine_and_compose(answers: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\ncase " {answers} " in *" $1 "*) exit 0;; *) exit 1;; esac\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert docker_answers() is there


def test_there_are_no_containers_without_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not docker_answers()
