"""Rules of the house that neither ruff nor import-linter can say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "challenges", "payments", "messaging", "matching", "notifications")
SOURCES = sorted(path for folder in ("contracts", "services", "gateway", "deploy") for path in (ROOT / folder).glob("**/src/**/*.py"))
LONGEST_MODULE = 300
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
ENTRYPOINTS = {"rpc", "on_event", "timer"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package(service: str) -> Path:
    return ROOT / "services" / service / "src" / service


def service_modules(service: str) -> list[Path]:
    """service.py, or the files of the service package."""
    here = package(service)
    return [here / "service.py"] if (here / "service.py").exists() else sorted((here / "service").glob("*.py"))


def entrypoints(module: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef) and ENTRYPOINTS & {decorator_name(one) for one in node.decorator_list}:
            yield node


def decorator_name(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """The body without its docstring."""
    return function.body[1:] if ast.get_docstring(function) else function.body


def test_a_module_stays_short() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert len(lengths) > 500
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_a_module_begins_with_a_sentence_saying_what_belongs_there() -> None:
    texts = {named(path): path.read_text() for path in SOURCES}
    assert [path for path, text in texts.items() if text.strip() and not text.startswith(('"""', 'r"""'))] == []


def test_nothing_is_named_by_an_empty_word() -> None:
    parts = {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not parts & EMPTY_WORDS


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_skeleton(service: str) -> None:
    here = package(service)
    assert service_modules(service), "service.py or a package service"
    missing = [name for name in ("wiring.py", "settings.py", "domain", "usecases", "adapters", "migrations") if not (here / name).exists()]
    assert not missing


@pytest.mark.parametrize("service", SERVICES)
def test_an_entrypoint_is_one_line(service: str) -> None:
    found = [entrypoint for module in service_modules(service) for entrypoint in entrypoints(module)]
    assert found
    assert [one.name for one in found if len(statements(one)) != 1] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_command_is_answered_by_the_handler_of_its_name(service: str) -> None:
    """`submit_application` of the service is SubmitApplicationHandler in usecases/submit_application.py: one grep finds all of it."""
    lost = []
    for module in service_modules(service):
        for entrypoint in entrypoints(module):
            if "rpc" not in {decorator_name(one) for one in entrypoint.decorator_list}:
                continue
            use_case = package(service) / "usecases" / f"{entrypoint.name}.py"
            handler = "".join(word.title() for word in entrypoint.name.split("_")) + "Handler"
            if not use_case.exists() or handler not in classes(use_case):
                lost.append(f"{entrypoint.name}: {handler}")
    assert lost == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_handler_lives_in_a_file_of_its_own(service: str) -> None:
    crowded = {
        named(path): handlers
        for path in sorted((package(service) / "usecases").glob("*.py"))
        if len(handlers := [name for name in classes(path) if name.endswith("Handler")]) > 1
    }
    assert crowded == {}


def classes(path: Path) -> list[str]:
    return [node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]


def test_what_is_stored_may_come_from_a_newer_release() -> None:
    """Decision 0083: documents and their parts derive from the chassis', which pass over what they do not know."""
    strict = re.compile(r"\((?:mongoengine\.)?(?:Embedded)?Document\):")
    assert [named(path) for path in SOURCES if (ROOT / "services") in path.parents and strict.search(path.read_text())] == []


def test_what_the_environment_can_say_is_listed() -> None:
    """Every variable a deployable reads stands in .env.example, so nobody has to search the code for it."""
    from importlib import import_module

    listed = {line.lstrip("# ").partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line}
    wanted = set()
    for module, name in [*((f"{service}.settings", "Settings") for service in SERVICES), ("gateway.settings", "Settings")]:
        settings = getattr(import_module(module), name)
        prefix = settings.model_config["env_prefix"]
        inherited = set(import_module("chassis.settings").ServiceSettings.model_fields)
        wanted |= {f"{prefix}{field}".upper() for field in settings.model_fields if module.startswith("gateway") or field not in inherited}
    assert wanted - listed == set()
