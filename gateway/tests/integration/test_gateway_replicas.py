"""Two replicas behave as one, and each goes on when Redis is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_fakes.addresses import random_address
from gateway_fakes.rpc import FakeRpc, problem
from gateway_fakes.samples import sample, view

from chassis.ids import new_id
from contracts.challenges.commands import CreateChallenge
from contracts.errors import Kind
from contracts.identity.commands import RegisterUser
from contracts.payments.commands import FundEscrow
from contracts.payments.views import EscrowView
from local_platform.servers import Redis

CHALLENGE = new_id("challenge")
ESCROW = f"/v1/challenges/{CHALLENGE}/escrow"
FUNDING = {"payment_method": "pm_card_visa"}


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that a test may kill."""
    redis = Redis(tmp_path / "redis")
    redis.start()
    yield redis
    redis.stop()


async def test_a_password_decides_nothing_about_equal_requests(gateway: Any, fake_rpc: FakeRpc) -> None:
    """Kept for a day, its fast digest would undo the slow one."""
    account = sample(RegisterUser)
    headers = with_key(new_id("key"))
    first = await gateway.ask("POST", "/v1/auth/register", json=account, headers=headers)
    again = await gateway.ask("POST", "/v1/auth/register", json=account | {"password": "another pass phrase"}, headers=headers)
    other = await gateway.ask("POST", "/v1/auth/register", json=account | {"display_name": "Eve"}, headers=headers)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert (other.status, other.json["code"]) == (422, "gateway.idempotency_key.reused")
    assert len(fake_rpc.of(RegisterUser)) == 1


def with_key(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def test_twenty_fundings_over_two_replicas_charge_once(start_gateway: Any, fake_rpc: FakeRpc, token: str) -> None:
    replicas = [await start_gateway(), await start_gateway()]
    release = asyncio.Event()

    async def charge(_request: Any) -> EscrowView:
        await release.wait()
        return view(EscrowView)

    fake_rpc.answers[FundEscrow] = charge
    key = new_id("key")
    asked = [asyncio.create_task(replicas[n % 2].ask("POST", ESCROW, token=token, json=FUNDING, headers=with_key(key))) for n in range(20)]
    async with asyncio.timeout(10):
        while not fake_rpc.calls:  # noqa: ASYNC110 - the call is in another task
            await asyncio.sleep(0.01)
    release.set()
    answers = await asyncio.gather(*asked)
    assert len(fake_rpc.of(FundEscrow)) == 1
    assert fake_rpc.calls[0].idempotency_key == key
    assert {answer.status for answer in answers} == {200}
    assert len({(answer.body, answer.headers["ETag"], answer.headers["Content-Type"]) for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotent-Replayed") == "true" for answer in answers) == 19


async def test_the_key_with_another_body_or_path_is_refused_everywhere(start_gateway: Any, fake_rpc: FakeRpc, token: str) -> None:
    one, other = await start_gateway(), await start_gateway()
    key = new_id("key")
    await one.ask("POST", ESCROW, token=token, json=FUNDING, headers=with_key(key))
    body = await other.ask("POST", ESCROW, token=token, json={"payment_method": "pm_card_mastercard"}, headers=with_key(key))
    path = await other.ask("POST", f"/v1/challenges/{new_id('challenge')}/escrow", token=token, json=FUNDING, headers=with_key(key))
    for refused in (body, path):
        assert (refused.status, refused.json["code"]) == (422, "gateway.idempotency_key.reused")
    assert len(fake_rpc.calls) == 1


async def test_a_key_belongs_to_its_person(gateway: Any, fake_rpc: FakeRpc, tokens: Any) -> None:
    key = new_id("key")
    for _ in range(2):
        token = tokens.issue(new_id("user"))
        assert (await gateway.ask("POST", ESCROW, token=token, json=FUNDING, headers=with_key(key))).status == 200
    assert len(fake_rpc.calls) == 2


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.LIMITED, Kind.NOT_FOUND, Kind.CONFLICT])
async def test_a_refusal_is_tried_again_with_its_key(gateway: Any, fake_rpc: FakeRpc, token: str, kind: Kind) -> None:
    key = new_id("key")
    fake_rpc.answers[FundEscrow] = problem(kind, "payments.escrow.no")
    assert (await gateway.ask("POST", ESCROW, token=token, json=FUNDING, headers=with_key(key))).status >= 400
    del fake_rpc.answers[FundEscrow]
    again = await gateway.ask("POST", ESCROW, token=token, json=FUNDING, headers=with_key(key))
    assert (again.status, "Idempotent-Replayed" in again.headers) == (200, False)


async def test_a_created_thing_is_answered_again_with_its_location(gateway: Any, fake_rpc: FakeRpc, token: str) -> None:
    body, key = sample(CreateChallenge), with_key(new_id("key"))
    first = await gateway.ask("POST", "/v1/challenges", token=token, json=body, headers=key)
    second = await gateway.ask("POST", "/v1/challenges", token=token, json=dict(reversed(body.items())), headers=key)
    assert (first.status, second.status) == (201, 201)
    assert (first.headers["Location"], first.body) == (second.headers["Location"], second.body)
    assert len(fake_rpc.calls) == 1


async def test_replicas_count_one_limit(start_gateway: Any, tokens: Any) -> None:
    replicas = [await start_gateway(rate_limits={"read": "4/600"}), await start_gateway(rate_limits={"read": "4/600"})]
    token = tokens.issue(new_id("user"))
    answers = [await replicas[n % 2].ask("GET", "/v1/me", token=token) for n in range(6)]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 429, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"read";q=4;w=600'
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers[:5]] == [f'"read";r={n}' for n in (3, 2, 1, 0, 0)]
    assert answers[5].json["code"] == "gateway.rate_limit.exceeded"
    assert 100 < int(answers[5].headers["Retry-After"]) <= 150
    another = tokens.issue(new_id("user"))
    assert (await replicas[0].ask("GET", "/v1/me", token=another)).status == 200


async def test_limits_can_be_switched_off_for_measurements(start_gateway: Any, token: str) -> None:
    gateway = await start_gateway(rate_limits={"read": "1/600"}, rate_limits_enabled=False)
    assert [(await gateway.ask("GET", "/v1/me", token=token)).status for _ in range(3)] == [200] * 3


async def test_guessing_passwords_and_tokens_is_limited_by_address(start_gateway: Any) -> None:
    address = {"X-Forwarded-For": f"6.6.6.6, {random_address()}"}
    gateway = await start_gateway(rate_limits={"auth": "2/600", "read": "2/600"}, trusted_proxies=1)
    login = {"email": "a@example.com", "password": "x"}
    attempts = [await gateway.ask("POST", "/v1/auth/login", json=login, headers=address) for _ in range(3)]
    assert [answer.status for answer in attempts] == [200, 200, 429]
    forged = [await gateway.ask("GET", "/v1/me", token="forged", headers=address) for _ in range(3)]
    assert [answer.status for answer in forged] == [401, 401, 429]


async def test_everything_goes_on_without_redis(start_gateway: Any, own_redis: Redis, fake_rpc: FakeRpc, token: str) -> None:
    gateway = await start_gateway(redis_url=own_redis.url, rate_limits={"write": "5/600"})
    assert (await gateway.ask("GET", "/health/ready")).json["status"] == "ready"
    own_redis.process.kill()
    key = with_key(new_id("key"))
    answers = [await gateway.ask("POST", ESCROW, token=token, json=FUNDING, headers=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert [call.idempotency_key for call in fake_rpc.calls] == [key["Idempotency-Key"]] * 2  # the service knows it by its key
    ready = await gateway.ask("GET", "/health/ready")
    assert (ready.status, ready.json["status"], ready.json["dependencies"]["redis"]) == (200, "degraded", "down")
    limited = [(await gateway.ask("POST", ESCROW, token=token, json=FUNDING)).status for _ in range(4)]
    assert limited == [200, 200, 200, 429]  # counted by this replica alone


async def test_redis_is_used_again_when_it_is_back(start_gateway: Any, own_redis: Redis, fake_rpc: FakeRpc, token: str) -> None:
    gateway = await start_gateway(redis_url=own_redis.url)
    own_redis.process.kill()
    assert (await gateway.ask("POST", ESCROW, token=token, json=FUNDING)).status == 200
    own_redis.start()
    async with asyncio.timeout(10):
        while (await gateway.ask("GET", "/health/ready")).json["status"] != "ready":  # noqa: ASYNC110 - seen from outside only
            await asyncio.sleep(0.05)
    key = with_key(new_id("key"))
    await gateway.ask("POST", ESCROW, token=token, json=FUNDING, headers=key)
    replayed = await gateway.ask("POST", ESCROW, token=token, json=FUNDING, headers=key)
    assert replayed.headers["Idempotent-Replayed"] == "true"
