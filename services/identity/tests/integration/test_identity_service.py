"""Identity as a process, asked over RPC; what it tells others is read from its outbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pymongo
import pytest

from chassis.rpc_client import RpcClient
from contracts.errors import Kind, ProblemError
from contracts.identity.commands import LogIn, LogOut, RefreshSession, RegisterUser, ResendVerification, UpdateProfile, VerifyEmail
from contracts.identity.queries import GetMe, GetUser
from contracts.identity.views import TokensView
from local_platform.pytest_plugin import RunningService, RunService

PASSWORD = "orbit lemon quartz"
Outbox = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def identity(run_service: RunService) -> RunningService:
    return run_service("identity")


@pytest.fixture
def outbox(identity: RunningService, mongo_url: str) -> Outbox:
    """The bodies of the events of a type that identity has committed, in order."""

    def read(event: str) -> list[dict[str, Any]]:
        with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
            rows = client[identity.database].outbox.find({"type": f"identity.{event}.v1"}).sort("sequence", 1)
            return [json.loads(row["body"]) for row in rows]

    return read


def registration(email: str = "ada@example.org") -> RegisterUser:
    return RegisterUser(email=email, password=PASSWORD, display_name="Ada", roles=("solver",))


async def logged_in(rpc: RpcClient, email: str = "ada@example.org") -> TokensView:
    return await rpc.call(LogIn(email=email, password=PASSWORD))


def outcomes(results: list[Any]) -> list[str]:
    """The code of each refusal, "ok" for each answer; anything else is a failure of the test."""
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, ProblemError):
            raise result
    return sorted(result.problem.code if isinstance(result, ProblemError) else "ok" for result in results)


async def test_from_registration_to_logout(rpc: RpcClient, outbox: Outbox) -> None:
    me = await rpc.call(registration())
    assert not me.email_verified
    [requested] = outbox("email_verification_requested")
    await rpc.call(VerifyEmail(token=requested["token"]))

    tokens = await logged_in(rpc, "ADA@example.org")
    shown = await rpc.call(GetMe(), token=tokens.access_token)
    assert shown == me.model_copy(update={"email_verified": True, "version": 2})

    changed = await rpc.call(UpdateProfile(headline="Builds engines", expected_version=2), token=tokens.access_token)
    assert (await rpc.call(GetUser(user_id=me.id))).headline == changed.headline == "Builds engines"
    with pytest.raises(ProblemError) as stale:
        await rpc.call(UpdateProfile(headline="Late", expected_version=2), token=tokens.access_token)
    assert (stale.value.problem.kind, stale.value.problem.code) == (Kind.CONFLICT, "identity.profile.stale")

    renewed = await rpc.call(RefreshSession(refresh_token=tokens.refresh_token))
    assert (await rpc.call(GetMe(), token=renewed.access_token)).id == me.id
    await rpc.call(LogOut(refresh_token=renewed.refresh_token))
    with pytest.raises(ProblemError) as ended:
        await rpc.call(RefreshSession(refresh_token=renewed.refresh_token))
    assert (ended.value.problem.kind, ended.value.problem.code) == (Kind.UNAUTHENTICATED, "identity.refresh_token.invalid")
    assert [event["reason"] for event in outbox("session_revoked")] == ["logged_out"]
    assert [len(outbox(event)) for event in ("user_registered", "email_verified", "profile_updated")] == [1, 1, 1]


async def test_of_twenty_at_once_one_gets_the_address(rpc: RpcClient, identity: RunningService, outbox: Outbox) -> None:
    spellings = ["ada@example.org", "ADA@example.org", "Ada@Example.org", "aDa@example.org"] * 5
    results = await asyncio.gather(*(rpc.call(registration(email), timeout=30) for email in spellings), return_exceptions=True)
    assert outcomes(results) == ["identity.email.taken"] * 19 + ["ok"]
    assert len(outbox("user_registered")) == 1


async def test_one_registration_sent_again_with_its_key_has_one_answer(rpc: RpcClient, identity: RunningService, outbox: Outbox) -> None:
    calls = (rpc.call(registration(), idempotency_key="first-try", timeout=30) for _ in range(5))
    assert len({answer.id for answer in await asyncio.gather(*calls)}) == 1
    assert len(outbox("user_registered")) == 1


async def test_a_key_is_bound_to_the_request_but_not_to_its_password(rpc: RpcClient, identity: RunningService) -> None:
    """What tells requests apart is stored as a fast digest: with the password in it, it could be guessed from there."""
    first = await rpc.call(registration(), idempotency_key="once")
    other_password = registration().model_copy(update={"password": "another good phrase"})
    assert await rpc.call(other_password, idempotency_key="once") == first
    with pytest.raises(ProblemError) as refusal:
        await rpc.call(registration("bob@example.org"), idempotency_key="once")
    assert (refusal.value.problem.kind, refusal.value.problem.code) == (Kind.INVALID, "chassis.idempotency_key.reused")


async def test_refreshing_at_once_leaves_at_most_one_valid_pair(rpc: RpcClient, identity: RunningService, mongo_url: str) -> None:
    await rpc.call(registration())
    tokens = await logged_in(rpc)
    results = await asyncio.gather(
        *(rpc.call(RefreshSession(refresh_token=tokens.refresh_token)) for _ in range(10)), return_exceptions=True
    )
    assert outcomes(results).count("ok") <= 1
    with pytest.raises(ProblemError):
        await rpc.call(RefreshSession(refresh_token=tokens.refresh_token))


async def test_refreshing_at_once_within_a_window_leaves_one_valid_pair(rpc: RpcClient, run_service: RunService, mongo_url: str) -> None:
    identity = run_service("identity", IDENTITY_REFRESH_REPEAT_S="10")
    await rpc.call(registration())
    tokens = await logged_in(rpc)
    results = await asyncio.gather(
        *(rpc.call(RefreshSession(refresh_token=tokens.refresh_token)) for _ in range(10)), return_exceptions=True
    )
    assert outcomes(results) == ["ok"] * 10
    assert len({result.refresh_token for result in results if isinstance(result, TokensView)}) == 1
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        unused = client[identity.database].refresh_tokens.count_documents({"rotated_at": {"$exists": False}})
    assert unused == 1


async def test_a_used_refresh_token_ends_the_session_for_good(rpc: RpcClient, identity: RunningService, outbox: Outbox) -> None:
    await rpc.call(registration())
    first = await logged_in(rpc)
    second = await rpc.call(RefreshSession(refresh_token=first.refresh_token))
    third = await rpc.call(RefreshSession(refresh_token=second.refresh_token))
    results = await asyncio.gather(
        *(rpc.call(RefreshSession(refresh_token=token)) for token in (first.refresh_token, third.refresh_token)), return_exceptions=True
    )
    assert "identity.refresh_token.reused" in outcomes(results)
    for view in results:  # the honest one may have been served first: its successor is dead as well
        token = view.refresh_token if isinstance(view, TokensView) else third.refresh_token
        with pytest.raises(ProblemError) as refusal:
            await rpc.call(RefreshSession(refresh_token=token))
        assert refusal.value.problem.code == "identity.refresh_token.invalid"
    assert [event["reason"] for event in outbox("session_revoked")] == ["refresh_reused"]


async def test_parallel_guesses_do_not_get_past_the_limit(rpc: RpcClient, identity: RunningService) -> None:
    for email in ("ada@example.org", "bob@example.org"):
        await rpc.call(registration(email))
        window = time.time() // 900
        guesses = (rpc.call(LogIn(email=email, password=f"wrong {n}"), timeout=30) for n in range(20))
        refusals = Counter(outcomes(await asyncio.gather(*guesses, return_exceptions=True)))
        if time.time() // 900 == window:
            break  # the counters begin anew every quarter of an hour: should that fall into the first try, it tells nothing
    assert set(refusals) <= {"identity.credentials.invalid", "identity.login.throttled"}
    assert refusals["identity.login.throttled"] >= 10


async def test_no_secret_is_readable(rpc: RpcClient, identity: RunningService, outbox: Outbox, mongo_url: str) -> None:
    await rpc.call(registration(), idempotency_key="once")
    tokens = await logged_in(rpc)
    await rpc.call(ResendVerification(email="nobody@example.org"))
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[identity.database]
        # Outbox rows of secret events hold the token until the relay has sent them.
        rows = {name: list(database[name].find()) for name in database.list_collection_names() if name != "outbox"}
    [requested] = outbox("email_verification_requested")
    for secret in (PASSWORD, tokens.refresh_token, tokens.access_token, requested["token"]):
        assert secret not in repr(rows)
        assert secret not in identity.log
