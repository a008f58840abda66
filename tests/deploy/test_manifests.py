"""The Kubernetes manifests are valid, and no deployable lacks what running it safely needs. (They are linted, not applied.)"""

from __future__ import annotations

import functools
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chassis.access import broker, database
from chassis.access.settings import AccessSettings

ROOT = Path(__file__).parents[2]
BASE = ROOT / "k8s" / "base"
SERVICES = ("identity", "challenges", "payments", "messaging", "matching", "notifications")
DEPLOYABLES = (*SERVICES, "gateway", "relay")
OLDEST_SUPPORTED = "1.30"
Manifest = dict[str, Any]


def parsed(text: str) -> list[Manifest]:
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


@functools.cache
def documents(name: str) -> list[Manifest]:
    return parsed((BASE / f"{name}.yaml").read_text())


def of_kind(name: str, kind: str) -> Manifest:
    (found,) = (document for document in documents(name) if document["kind"] == kind)
    return found


def container(name: str) -> Manifest:
    (found,) = of_kind(name, "Deployment")["spec"]["template"]["spec"]["containers"]
    return dict(found)


@pytest.mark.parametrize("file", sorted(BASE.glob("*.yaml")), ids=lambda file: file.name)
def test_every_manifest_fits_the_schemas_of_kubernetes(file: Path) -> None:
    for document in documents(file.stem):
        if document["kind"] != "Kustomization":
            kubernetes_validate.validate(document, OLDEST_SUPPORTED, strict=True)


def test_the_base_names_every_file_in_it() -> None:
    (kustomization,) = documents("kustomization")
    listed = kustomization["resources"]
    assert sorted(listed) == sorted(file.name for file in BASE.glob("*.yaml") if file.name != "kustomization.yaml")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kustomize_renders_the_base() -> None:
    rendered = subprocess.run(["kubectl", "kustomize", str(BASE)], capture_output=True, text=True, check=True, timeout=60).stdout
    found = {(document["kind"], document["metadata"]["name"]) for document in parsed(rendered)}
    kinds = ("Deployment", "Service", "ConfigMap", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
    assert {(kind, name) for kind in kinds for name in DEPLOYABLES} <= found


@pytest.mark.parametrize("name", DEPLOYABLES)
def test_a_container_is_probed_bounded_and_unprivileged(name: str) -> None:
    described, pod = container(name), of_kind(name, "Deployment")["spec"]["template"]["spec"]
    assert described["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert described["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert described["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in described["resources"]["limits"]
    assert described["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", SERVICES)
def test_the_queues_of_a_service_are_declared_before_it_runs(name: str) -> None:
    (declaring,) = of_kind(name, "Deployment")["spec"]["template"]["spec"]["initContainers"]
    running = container(name)
    assert declaring["command"] == ["python", "-m", "chassis.topology", name]
    assert {key: declaring[key] for key in ("image", "envFrom", "securityContext")} == {
        key: running[key] for key in ("image", "envFrom", "securityContext")
    }


@pytest.mark.parametrize("name", DEPLOYABLES)
def test_every_reference_within_a_deployable_finds_its_target(name: str) -> None:
    labels = of_kind(name, "Deployment")["spec"]["template"]["metadata"]["labels"].items()
    selectors = [
        of_kind(name, "Deployment")["spec"]["selector"]["matchLabels"],
        of_kind(name, "Service")["spec"]["selector"],
        of_kind(name, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        of_kind(name, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels for selector in selectors)
    assert of_kind(name, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == name
    assert container(name)["envFrom"][0]["configMapRef"]["name"] == of_kind(name, "ConfigMap")["metadata"]["name"]


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_configuration_and_secret_together_are_all_that_a_deployable_must_be_told(name: str) -> None:
    """The keys of the secret stand in a comment beside its reference: what has no default is in one of the two, and nothing is unknown."""
    settings = import_module(f"{name}.settings").Settings
    known = {f"{name}_{field}".upper(): field_info.is_required() for field, field_info in settings.model_fields.items()}
    line = next(line for line in (BASE / f"{name}.yaml").read_text().splitlines() if f"name: {name}  # {name.upper()}_" in line)
    secret = {key.strip() for key in line.partition("#")[2].split(",")}
    told = secret | of_kind(name, "ConfigMap")["data"].keys()
    assert told - known.keys() == set()
    assert {key for key, required in known.items() if required} - told == set()


LISTENING = {"health_host", "host"}  # where a deployable listens, not where others are


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_no_deployable_is_left_with_an_address_of_a_developers_machine(name: str) -> None:
    settings = import_module(f"{name}.settings").Settings
    here = {
        f"{name}_{field}".upper()
        for field, info in settings.model_fields.items()
        if field not in LISTENING and any(local in str(info.default) for local in ("localhost", "127.0.0.1"))
    }
    assert here - of_kind(name, "ConfigMap")["data"].keys() == set()


def test_a_gateway_leaves_when_the_proxies_have_heard_of_it() -> None:
    pod = of_kind("gateway", "Deployment")["spec"]["template"]["spec"]
    command, seconds = container("gateway")["lifecycle"]["preStop"]["exec"]["command"]
    assert command == "sleep"
    settings = import_module("gateway.settings").Settings
    assert int(seconds) + settings.model_fields["stop_timeout_s"].default < pod["terminationGracePeriodSeconds"]


def test_the_requests_of_a_polling_client_reach_one_gateway() -> None:
    ingress = of_kind("gateway", "Ingress")
    assert ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/upstream-hash-by"] == "$binary_remote_addr"
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    service = of_kind("gateway", "Service")
    assert path["backend"]["service"]["name"] == service["metadata"]["name"]
    assert path["backend"]["service"]["port"]["name"] in [port["name"] for port in service["spec"]["ports"]]


def access_job() -> Manifest:
    return dict(of_kind("access", "Job")["spec"]["template"]["spec"])


def test_a_job_creates_the_users_of_broker_and_databases() -> None:
    (described,) = access_job()["containers"]
    assert described["command"] == ["python", "-m", "chassis.access"]
    assert described["image"] == container("relay")["image"]  # has the drivers, and nothing of a service
    assert described["securityContext"] == container("relay")["securityContext"]
    assert access_job()["securityContext"] == of_kind("relay", "Deployment")["spec"]["template"]["spec"]["securityContext"]
    line = next(line for line in (BASE / "access.yaml").read_text().splitlines() if "name: access  # ACCESS_" in line)
    told = {key.strip() for key in line.partition("#")[2].split(",")}
    known = {f"ACCESS_{field}".upper(): info.is_required() for field, info in AccessSettings.model_fields.items()}
    assert {key for key, required in known.items() if required} <= told <= known.keys()
    assert {"ACCESS_BROKER_API_URL", "ACCESS_MONGO_URL"} <= told


def test_every_deployable_has_a_user_on_the_broker() -> None:
    assert set(DEPLOYABLES) | {"operator"} == set(broker.USERS)
    assert {*SERVICES, "relay"} == set(database.USERS)


def test_the_passwords_of_all_are_known_to_the_job_alone() -> None:
    """A pod that is broken into knows its own password: no other manifest refers to the job's secret."""
    for file in BASE.glob("*.yaml"):
        if file.name != "access.yaml":
            assert "name: access" not in file.read_text()


def test_the_containers_for_development_ask_for_a_password_and_know_no_default() -> None:
    (composed,) = parsed((ROOT / "deploy" / "compose" / "compose.yaml").read_text())
    mongo = composed["services"]["mongo"]
    assert "--keyFile" in mongo["command"]
    assert mongo["environment"]["MONGO_INITDB_ROOT_USERNAME"] == broker.ADMINISTRATOR
    assert mongo["environment"]["MONGO_INITDB_ROOT_PASSWORD"].startswith("${MONGO_PASSWORD:?")


@pytest.mark.parametrize("name", DEPLOYABLES)
def test_work_in_flight_may_end_before_the_pod_is_killed(name: str) -> None:
    assert of_kind(name, "Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 25
