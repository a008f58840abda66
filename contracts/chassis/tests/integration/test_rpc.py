"""RPC end to end: a client, the broker and a service in a process of its own."""

from __future__ import annotations

import uuid

import pytest
from chassis.rpc_client import InternalError, RpcClient
from contracts.errors import Kind, ProblemError
from greeter.messages import BreakDown, Count, Greet, Record, Refuse, WhoAmI
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
        await rpc.call(Greet.model_construct(_fields_set={"times"}, times=-1))
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
