"""Crash points are declared, exist in the code exactly once, stand behind every effect at a vendor, and are walked by a test."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("contracts", "services") for path in (ROOT / folder).glob("**/src/**/*.py"))
WALKS = sorted(path for folder in ("contracts", "services") for path in (ROOT / folder).glob("**/tests/*/test_crash_*.py"))
USE_CASES = sorted((ROOT / "services").glob("*/src/*/usecases/**/*.py"))


def calls(path: Path, function: str) -> Iterator[ast.expr]:
    """The first argument of each call of this name. (Parsing is slow: most files do not hold the name.)"""
    text = path.read_text()
    for node in ast.walk(ast.parse(text)) if f"{function}(" in text else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function and node.args:
            yield node.args[0]


@cache
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


def test_every_point_is_walked_by_some_test() -> None:
    strings = {
        node.value.partition(":")[0]
        for path in WALKS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert declared().keys() - strings == set()


def effects_at_vendors(path: Path) -> list[str]:
    """The calls of a port that carry an idempotency key, or hand over a mail: what happens outside our transactions."""
    text = path.read_text()
    return [
        ast.unparse(node.func)
        for node in (ast.walk(ast.parse(text)) if "key=" in text or "mailer.send" in text else ())
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (any(keyword.arg == "key" for keyword in node.keywords) or ast.unparse(node.func) == "self.mailer.send")
    ]


def test_every_effect_at_a_vendor_has_a_point_behind_it() -> None:
    effects = {path: found for path in USE_CASES if (found := effects_at_vendors(path))}
    assert len(effects) > 8
    missing = {str(path.relative_to(ROOT)): found for path, found in effects.items() if len(list(calls(path, "reached"))) < len(found)}
    assert missing == {}
