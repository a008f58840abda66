"""Crash points are declared, exist in the code exactly once, and are walked by a test that kills a process there."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("contracts", "services") for path in (ROOT / folder).glob("**/src/**/*.py"))
WALKS = sorted(path for folder in ("contracts", "services") for path in (ROOT / folder).glob("**/tests/integration/test_crash_*.py"))


def calls(path: Path, function: str) -> Iterator[ast.expr]:
    """The first argument of each call of this name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function and node.args:
            yield node.args[0]


def declared() -> dict[str, str]:
    return {
        name: sentence
        for path in SOURCES
        for points in calls(path, "declare")
        if isinstance(points, ast.Dict)
        for name, sentence in ast.literal_eval(points).items()
    }


def test_every_declared_point_is_in_the_code_once_and_every_point_in_the_code_is_declared() -> None:
    placed = Counter(ast.literal_eval(name) for path in SOURCES for name in calls(path, "reached"))
    assert len(placed) > 20
    assert placed == Counter(declared().keys())


def test_every_point_says_what_is_true_there() -> None:
    assert {name: sentence for name, sentence in declared().items() if len(sentence.split()) < 4} == {}


def test_a_process_is_killed_at_every_point_by_some_test() -> None:
    strings = {
        node.value.partition(":")[0]
        for path in WALKS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert declared().keys() - strings == set()
