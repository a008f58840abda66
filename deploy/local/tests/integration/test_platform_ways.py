"""Which processes a platform has, and by which way each reaches its servers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_platform.errors import PlatformError
from local_platform.platform import Platform
from local_platform.processes import LocalProcess


def told(platform: Platform, process: str) -> dict[str, str]:
    running = platform.processes[process]
    assert isinstance(running, LocalProcess)
    return running.env


def test_replicas_differ_in_name_and_health_port_alone(tmp_path: Path) -> None:
    platform = Platform(tmp_path, replicas={"challenges": 2, "relay": 3})
    assert {"challenges", "challenges-2", "relay", "relay-2", "relay-3", "gateway-1", "gateway-2"} <= platform.processes.keys()
    first, second = told(platform, "challenges"), told(platform, "challenges-2")
    assert {name for name in first if first[name] != second[name]} == {"CHALLENGES_HEALTH_PORT"}
    relays = {told(platform, name)["RELAY_HEALTH_PORT"] for name in ("relay", "relay-2", "relay-3")}
    assert len(relays) == 3


def test_a_way_of_its_own_leads_one_process_through_its_proxy(tmp_path: Path) -> None:
    ways: dict[str, Any] = {"payments-2": ["amqp", "mongo"], "gateway-2": ["redis"], "relay": ["mongo"]}
    platform = Platform(tmp_path, replicas={"payments": 2}, proxied=ways)
    assert platform.proxies.keys() == {("payments-2", "amqp"), ("payments-2", "mongo"), ("gateway-2", "redis"), ("relay", "mongo")}
    here = platform.infrastructure
    amqp_url = here.logins.amqp_url(here.amqp_url, "payments")
    mongo_url = here.logins.mongo_url(here.mongo_url, "payments")
    assert told(platform, "payments")["PAYMENTS_AMQP_URL"] == amqp_url
    assert told(platform, "payments-2")["PAYMENTS_AMQP_URL"] == platform.proxies["payments-2", "amqp"].url(amqp_url)
    assert told(platform, "payments-2")["PAYMENTS_MONGO_URL"] == platform.proxies["payments-2", "mongo"].url(mongo_url)
    assert told(platform, "gateway-1")["GATEWAY_REDIS_URL"] == here.redis_url
    assert told(platform, "gateway-2")["GATEWAY_REDIS_URL"] == platform.proxies["gateway-2", "redis"].url(here.redis_url)
    port = platform.proxies["relay", "mongo"].port
    databases = json.loads(told(platform, "relay")["RELAY_DATABASES"])
    password = platform.secrets.passwords["relay"]
    assert databases["payments"] == f"mongodb://relay:{password}@127.0.0.1:{port}/payments?authSource=admin&directConnection=true"


def test_a_way_for_a_process_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"no such process to put a proxy before: challenges-2"):
        Platform(tmp_path, proxied={"challenges-2": ["amqp"]})
