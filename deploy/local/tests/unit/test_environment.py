"""What the programs are told, and who wins when the person's own environment says otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from local_platform.environment import Environment, Logins, Ports, relay_databases
from local_platform.launch import SERVICES
from local_platform.secrets import Secrets

PORTS = Ports(broker=1, mongo=2, redis=3, sandbox=4, gateways=(5, 6), health=dict.fromkeys((*SERVICES, "relay"), 7))


def environment(given: dict[str, str] | None = None) -> Environment:
    secrets = Secrets(
        signing_key="private",
        jwks="public",
        webhook_secret="whsec",
        secrets_key="sealing",
        personal_data_key="wrapping",
        evidence_key="evidence",
    )
    return Environment("amqp://broker", "mongodb://mongo/", "redis://redis", PORTS, secrets, given or {})


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_knows_its_servers_and_whom_to_trust(service: str) -> None:
    told, prefix = environment().of_service(service), service.upper()
    assert told[f"{prefix}_AMQP_URL"] == "amqp://broker"
    assert told[f"{prefix}_MONGO_URL"] == "mongodb://mongo/"
    assert told[f"{prefix}_PRINCIPAL_JWKS"] == "public"


def test_only_identity_holds_the_signing_key() -> None:
    holders = [name for name in SERVICES if "private" in environment().of_service(name).values()]
    assert holders == ["identity"]


def test_without_a_vendor_key_the_sandbox_stands_in() -> None:
    assert environment().of_service("payments")["PAYMENTS_STRIPE_API_BASE"] == "http://127.0.0.1:4"


def test_a_vendor_key_in_the_environment_means_the_real_vendor() -> None:
    told = environment({"PAYMENTS_STRIPE_API_KEY": "sk_live"}).of_service("payments")
    assert told["PAYMENTS_STRIPE_API_KEY"] == "sk_live"
    assert "PAYMENTS_STRIPE_API_BASE" not in told


def test_a_given_variable_wins_and_reaches_its_own_program_only() -> None:
    chosen = environment({"CHALLENGES_LOG_LEVEL": "DEBUG", "CHALLENGES_MONGO_DATABASE": "elsewhere"})
    assert chosen.of_service("challenges")["CHALLENGES_MONGO_DATABASE"] == "elsewhere"
    assert chosen.of_service("challenges")["CHALLENGES_LOG_LEVEL"] == "DEBUG"
    assert not [name for name in chosen.of_service("identity") if name.startswith("CHALLENGES_")]


def test_the_sandbox_sends_webhooks_to_the_first_gateway_and_payments_can_check_them() -> None:
    told = environment().of_sandbox("folder")
    assert told["SANDBOX_WEBHOOK_URL"] == "http://127.0.0.1:5/v1/webhooks/stripe"
    assert told["SANDBOX_WEBHOOK_SECRET"] == environment().of_service("payments")["PAYMENTS_STRIPE_WEBHOOK_SECRET"]


def test_the_relay_serves_every_service_and_keeps_connection_options() -> None:
    databases = json.loads(relay_databases("mongodb://one,two/?replicaSet=rs0", {"payments": "payments_db"}))
    assert databases == {"payments": "mongodb://one,two/payments_db?replicaSet=rs0"}


def test_replicas_of_the_gateway_listen_side_by_side_and_ports_can_be_moved() -> None:
    ports = Ports.usual({"GATEWAY_PORT": "9000", "SANDBOX_PORT": "9500"}, gateways=2)
    assert (ports.gateways, ports.sandbox) == ((9000, 9001), 9500)


def test_no_two_of_the_usual_ports_are_equal() -> None:
    ports = Ports.usual({}, gateways=4)
    every = [ports.broker, ports.mongo, ports.redis, ports.sandbox, *ports.gateways, *ports.health.values()]
    assert len(every) == len(set(every))


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first, second = Secrets.of(tmp_path / "secrets"), Secrets.of(tmp_path / "secrets")
    assert first == second
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets").iterdir()} == {0o600}
    assert "d" not in json.loads(first.jwks)["keys"][0]


def test_readers_of_personal_data_share_its_key_and_the_others_do_not_have_it() -> None:
    told = {name: environment().of_service(name) for name in SERVICES}
    holders = {name for name in SERVICES if told[name].get(f"{name.upper()}_PERSONAL_DATA_KEYS") == "wrapping"}
    assert holders == {"identity", "matching", "notifications", "payments"}
    assert told["identity"]["IDENTITY_FILES_ENDPOINT"] == "http://127.0.0.1:4"
    own = environment({"IDENTITY_FILES_ACCESS_KEY": "mine"}).of_service("identity")
    assert "IDENTITY_FILES_ENDPOINT" not in own


def test_every_program_has_a_login_of_its_own() -> None:
    logins = Logins({name: f"{name}/pass" for name in (*SERVICES, "relay", "gateway")}, dict.fromkeys((*SERVICES, "relay"), "p"))
    here = replace(
        environment(), amqp_url="amqp://administrator:a@broker:1/", mongo_url="mongodb://administrator:a@mongo:2/", logins=logins
    )
    for name in SERVICES:
        told = here.of_service(name)
        assert told[f"{name.upper()}_AMQP_URL"] == f"amqp://{name}:{name}%2Fpass@broker:1/"
        assert told[f"{name.upper()}_MONGO_URL"] == f"mongodb://{name}:p@mongo:2/?authSource=admin"
    assert here.of_gateway()["GATEWAY_AMQP_URL"] == "amqp://gateway:gateway%2Fpass@broker:1/"
    told = here.of_relay()
    assert told["RELAY_AMQP_URL"] == "amqp://relay:relay%2Fpass@broker:1/"
    assert json.loads(told["RELAY_DATABASES"])["payments"] == "mongodb://relay:p@mongo:2/payments?authSource=admin"


def test_the_relay_of_services_from_elsewhere_goes_by_the_addresses_as_they_are() -> None:
    here = replace(environment(), services=(*SERVICES, "probe"), logins=Logins({"relay": "r"}, {"relay": "r"}))
    assert here.of_relay()["RELAY_AMQP_URL"] == here.of_service("probe")["PROBE_AMQP_URL"] == "amqp://broker"
