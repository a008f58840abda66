"""RPC end to end: a client, the broker and a service in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable
from typing import Any, ClassVar

import aio_pika
import pymongo
import pytest
from greeter.messages import BreakDown, Count, Greet, Record, Refuse, WhoAmI, Work

from chassis.rpc_caller import RpcCaller
from chassis.rpc_client import DeadlineExceeded, InternalError, RpcClient, Unavailable
from contracts.base import Command, Done
from contracts.errors import Kind, ProblemError
from local_platform.observing import eventually, metric
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


async def test_a_request_is_answered(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter")
    answer = await rpc.call(Greet(name="Ada", times=2))
    assert (answer.text, answer.by) == ("hello Ada hello Ada", "nobody")


async def test_the_service_knows_who_asks(rpc: RpcClient, run_service: RunService, tokens: TestTokens) -> None:
    run_service("greeter")
    answer = await rpc.call(WhoAmI(), token=tokens.issue("user_1", roles=("solver", "expert")))
    assert (answer.text, answer.by) == ("expert,solver", "user_1")
    with pytest.raises(ProblemError) as nobody:
        await rpc.call(WhoAmI())
    with pytest.raises(ProblemError) as expired:
        await rpc.call(WhoAmI(), token=tokens.issue("user_1", lifetime=-1))
    with pytest.raises(ProblemError) as forged:
        await rpc.call(Greet(name="Ada"), token=TestTokens().issue("user_1"))
    assert [refusal.value.problem.kind for refusal in (nobody, expired, forged)] == [Kind.UNAUTHENTICATED] * 3
    assert [refusal.value.problem.code for refusal in (nobody, expired, forged)] == [
        "identity.session.required",
        "identity.token.invalid",
        "identity.token.invalid",
    ]


async def test_a_refusal_is_a_problem(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter")
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(Refuse())
    problem = refusal.value.problem
    assert (problem.kind, problem.code, problem.detail) == (Kind.CONFLICT, "greeter.greeting.refused", "Not today.")


async def test_a_request_that_does_not_fit_names_its_fields(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter")
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(Greet.model_construct(_fields_set={"times"}, times=-1))  # type: ignore[call-arg]
    problem = refusal.value.problem
    assert (problem.kind, problem.code) == (Kind.INVALID, "greeter.request.invalid")
    assert {field.pointer for field in problem.fields} == {"/name", "/times"}


async def test_a_bug_is_told_without_detail_and_the_service_goes_on(rpc: RpcClient, run_service: RunService) -> None:
    service = run_service("greeter")
    with pytest.raises(InternalError) as failure:
        await rpc.call(BreakDown(), request_id="request-17")
    assert failure.value.request_id == "request-17"
    assert "secret" not in str(failure.value)
    assert "a secret of this service" in service.log
    assert "request-17" in service.log
    assert (await rpc.call(Greet(name="Ada"))).text == "hello Ada"


async def test_two_service_classes_share_a_process(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter")
    await rpc.call(Record(name="Ada"))
    assert (await rpc.call(Count(name="Ada"))).text == "1"


async def test_the_same_idempotency_key_gets_the_same_answer(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter")
    key = uuid.uuid4().hex
    answers = [await rpc.call(Record(name="Ada"), idempotency_key=key) for _ in range(3)]
    assert {answer.text for answer in answers} == {"recorded Ada"}
    assert (await rpc.call(Count(name="Ada"))).text == "1"
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(Record(name="Bob"), idempotency_key=key)
    assert refusal.value.problem.kind is Kind.INVALID


async def work_asked_by_hand(amqp_url: str, name: str, **headers: int) -> None:
    body = b'{"args":[{"name":"%s","seconds":0}],"kwargs":{}}' % name.encode()
    message = aio_pika.Message(body, content_type="application/json", reply_to="nobody", headers=headers)
    async with connected(amqp_url) as broker:
        exchange = await broker.channel.get_exchange("nameko-rpc")
        await exchange.publish(message, "greeter.work", mandatory=True)


async def test_a_request_past_its_deadline_is_dropped(rpc: RpcClient, run_service: RunService, amqp_url: str, mongo_url: str) -> None:
    service = run_service("greeter")
    await work_asked_by_hand(amqp_url, "late", **{"nameko.deadline": int(time.time() * 1000) - 1})
    dropped = 'openchance_rpc_requests_total{method="work",outcome="expired",service="greeter"}'
    await eventually(lambda: metric(service.health_url, dropped))
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        assert client[service.database]["seen"].count_documents({"name": "late"}) == 0


async def test_a_caller_whose_clock_is_behind_is_answered(rpc: RpcClient, run_service: RunService, amqp_url: str, mongo_url: str) -> None:
    service = run_service("greeter")
    clock_behind = {"nameko.deadline": int(time.time() * 1000) - 5000, "nameko.patience_ms": 10_000}
    await work_asked_by_hand(amqp_url, "behind", **clock_behind)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        await eventually(lambda: client[service.database]["seen"].count_documents({"name": "behind", "what": "ended"}) == 1)


async def test_a_caller_tells_how_long_it_waits(rpc: RpcClient, amqp_url: str) -> None:
    class Listen(Command[Done]):
        service: ClassVar[str] = f"listener_{uuid.uuid4().hex}"

    async with connected(amqp_url) as broker:
        queue = await broker.channel.declare_queue(exclusive=True)
        await queue.bind("nameko-rpc", f"{Listen.service}.listen")

        async def told_by(call: Awaitable[Done]) -> int:
            asking = asyncio.ensure_future(call)
            message = await eventually(lambda: queue.get(no_ack=True, fail=False))
            with pytest.raises(ProblemError):
                await asking
            return int(message.headers["nameko.patience_ms"])

        assert 0 < await told_by(rpc.call(Listen(), timeout=2)) <= 2000
        assert await told_by(asyncio.to_thread(RpcCaller(amqp_url), Listen(), timeout=2)) == 2000


async def test_an_answer_that_comes_too_late_is_not_waited_for(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter")
    with pytest.raises(DeadlineExceeded) as refusal:
        await rpc.call(Work(name="slow", seconds=2), timeout=0.3)
    assert refusal.value.problem.kind is Kind.UNAVAILABLE


async def test_an_unknown_service_is_unavailable_at_once(rpc: RpcClient) -> None:
    class Nowhere(Command[Done]):
        service: ClassVar[str] = "nowhere"

    asked = time.monotonic()
    with pytest.raises(Unavailable) as refusal:
        await rpc.call(Nowhere(), timeout=10)
    assert time.monotonic() - asked < 2
    assert refusal.value.problem.code == "nowhere.unavailable"


async def test_an_unknown_method_is_unavailable(rpc: RpcClient, run_service: RunService) -> None:
    class Newer(Command[Done]):
        service: ClassVar[str] = "greeter"

    run_service("greeter")
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(Newer())
    assert (refusal.value.problem.kind, refusal.value.problem.code) == (Kind.UNAVAILABLE, "greeter.method.unknown")


async def test_many_requests_at_once_are_all_answered(rpc: RpcClient, run_service: RunService) -> None:
    run_service("greeter", GREETER_MAX_WORKERS="4")
    answers = await asyncio.gather(*(rpc.call(Greet(name="x" * (number * 100))) for number in range(200)))
    assert [answer.text for answer in answers] == [f"hello {'x' * (number * 100)}" for number in range(200)]


def test_a_service_without_its_settings_says_what_is_missing() -> None:
    started = subprocess.run([sys.executable, "-m", "chassis.runner", "greeter"], capture_output=True, text=True, timeout=60)
    assert started.returncode == 2
    assert started.stderr.splitlines() == [
        "greeter cannot start:",
        "GREETER_AMQP_URL is missing",
        "GREETER_MONGO_URL is missing",
        "GREETER_PRINCIPAL_JWKS is missing",
    ]
