"""Identity as a process, asked over RPC; what it tells others is read from its outbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymongo
import pyotp
import pytest
from software_authenticator import SoftwareAuthenticator

from chassis.context import Client
from chassis.rpc_client import RpcClient
from contracts.errors import Kind, ProblemError
from contracts.identity.authentication import (
    AddPasskey,
    BeginPasskey,
    BeginPasskeyLogin,
    BeginTotp,
    ChangePassword,
    ConfirmEmailChange,
    ConfirmTotp,
    ListFactors,
    ListLogins,
    ListSessions,
    LogInWithPasskey,
    RequestEmailChange,
    RequestPasswordReset,
    ResetPassword,
    RevokeSession,
    StepUp,
)
from contracts.identity.commands import LogIn, LogOut, RefreshSession, RegisterUser, ResendVerification, UpdateProfile, VerifyEmail
from contracts.identity.queries import GetMe, GetUser
from contracts.identity.views import TokensView
from local_platform.pytest_plugin import RunningService, RunService

PASSWORD = "orbit lemon quartz"
Outbox = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def identity(run_service: RunService) -> RunningService:
    return run_service("identity", IDENTITY_REFRESH_REPEAT_S="0")


@pytest.fixture
def outbox(identity: RunningService, mongo_url: str) -> Outbox:
    """The bodies of the events of a type that identity has committed, in order."""

    def read(event: str) -> list[dict[str, Any]]:
        with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
            rows = client[identity.database].outbox.find({"type": f"identity.{event}.v1"}).sort("sequence", 1)
            return [json.loads(row["body"]) for row in rows]

    return read


def peak_mib(running: RunningService) -> int:
    """The most memory the process ever held."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


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
    results = await asyncio.gather(*(rpc.call(registration(email), timeout=90) for email in spellings), return_exceptions=True)
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


async def test_parallel_sign_ups_do_not_get_past_the_limit(rpc: RpcClient, run_service: RunService) -> None:
    run_service("identity", IDENTITY_SIGN_UPS_PER_ADDRESS="3")
    crowd = Client("203.0.113.50", "stuffer/1.0")
    for name in ("ada", "bob"):
        window = time.time() // 900
        burst = (rpc.call(registration(f"{name}{n}@example.org"), client=crowd, timeout=30) for n in range(12))
        told = Counter(outcomes(await asyncio.gather(*burst, return_exceptions=True)))
        if time.time() // 900 == window:
            break  # as above
    assert told == {"ok": 3, "identity.sign_up.throttled": 9}
    assert await rpc.call(registration("else@example.org"), client=Client("203.0.113.51", "Firefox"))


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


async def test_a_forgotten_password_is_reset_by_mail(rpc: RpcClient, identity: RunningService, outbox: Outbox) -> None:
    await rpc.call(registration())
    tokens = await logged_in(rpc)
    for email in ("ADA@example.org", "nobody@example.org"):
        await rpc.call(RequestPasswordReset(email=email))
    [requested] = outbox("password_reset_requested")
    resets = (rpc.call(ResetPassword(token=requested["token"], password=f"velvet anchor thirteen {n}"), timeout=30) for n in range(5))
    assert outcomes(await asyncio.gather(*resets, return_exceptions=True)).count("ok") == 1, "a token works once, however many come at once"
    with pytest.raises(ProblemError):
        await rpc.call(RefreshSession(refresh_token=tokens.refresh_token))
    assert [event["reason"] for event in outbox("session_revoked")] == ["password_changed"]


async def test_a_one_time_password_guards_the_login_and_works_once(rpc: RpcClient, identity: RunningService, mongo_url: str) -> None:
    await rpc.call(registration())
    access = (await logged_in(rpc)).access_token
    setup = await rpc.call(BeginTotp(), token=access)
    codes = pyotp.TOTP(setup.secret)
    recovery = (await rpc.call(ConfirmTotp(otp=codes.now()), token=access)).codes
    with pytest.raises(ProblemError) as missing:
        await logged_in(rpc)
    assert missing.value.problem.code == "identity.otp.required"
    following = codes.at(datetime.now(UTC), counter_offset=1)
    answers = (rpc.call(LogIn(email="ada@example.org", password=PASSWORD, otp=following), timeout=30) for _ in range(4))
    assert outcomes(await asyncio.gather(*answers, return_exceptions=True)).count("ok") == 1
    assert await rpc.call(LogIn(email="ada@example.org", password=PASSWORD, recovery_code=recovery[0]))
    factors = await rpc.call(ListFactors(), token=access)
    assert ([item.kind for item in factors.items], factors.recovery_codes_left) == (["totp"], 9)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        assert setup.secret not in repr(list(client[identity.database].second_factors.find()))


async def test_a_passkey_opens_a_session(rpc: RpcClient, identity: RunningService) -> None:
    await rpc.call(registration())
    access = (await logged_in(rpc)).access_token
    device = SoftwareAuthenticator()
    made = device.create((await rpc.call(BeginPasskey(), token=access)).options)
    await rpc.call(AddPasskey(credential=made, label="Laptop"), token=access)
    shown = device.get((await rpc.call(BeginPasskeyLogin())).options)
    answers = (rpc.call(LogInWithPasskey(credential=shown)) for _ in range(4))
    assert outcomes(await asyncio.gather(*answers, return_exceptions=True)).count("ok") == 1, "a challenge is answered once"
    sessions = (await rpc.call(ListSessions(), token=access)).items
    assert sorted(session.methods for session in sessions) == [("pwd",), ("webauthn",)]
    other = next(session for session in sessions if not session.current)
    await rpc.call(RevokeSession(session_id=other.id), token=access)
    assert [session.current for session in (await rpc.call(ListSessions(), token=access)).items] == [True]


async def test_an_address_changes_and_a_login_leaves_its_line(rpc: RpcClient, identity: RunningService, outbox: Outbox) -> None:
    await rpc.call(registration())
    client = Client("203.0.113.77", "curl/8.5.0")
    access = (await rpc.call(LogIn(email="ada@example.org", password=PASSWORD), client=client)).access_token
    await rpc.call(RequestEmailChange(email="countess@example.org"), token=access)
    [requested] = outbox("email_change_requested")
    await rpc.call(ConfirmEmailChange(token=requested["token"]))
    assert (await rpc.call(GetMe(), token=access)).email == "countess@example.org"
    [login] = (await rpc.call(ListLogins(), token=access)).items
    assert (login.device, login.address_range, login.outcome) == ("curl", "203.0.113.0/24", "succeeded")
    fresh = await rpc.call(StepUp(password=PASSWORD), token=access)
    await rpc.call(ChangePassword(password=PASSWORD, new_password="velvet anchor thirteen"), token=fresh.access_token)
    assert await rpc.call(LogIn(email="countess@example.org", password="velvet anchor thirteen"))


async def test_hashing_leaves_room_for_others_and_gives_its_memory_back(rpc: RpcClient, run_service: RunService) -> None:
    client = '{"company": {"client_id": "a", "client_secret": "b", "issuer": "https://login.example"}}'
    identity = run_service("identity", IDENTITY_PASSWORD_HASHES_WAITING="4", IDENTITY_PROVIDERS=client)
    me = await rpc.call(registration())
    device = (await logged_in(rpc)).device_token
    logins = [asyncio.create_task(rpc.call(LogIn(email=f"nobody{n}@example.org", password="wrong"), timeout=30)) for n in range(24)]
    reads = [rpc.call(GetUser(user_id=me.id), timeout=30) for _ in range(10)]
    known = [rpc.call(LogIn(email="ada@example.org", password=PASSWORD, device_token=device), timeout=30) for _ in range(3)]
    assert len(await asyncio.gather(*reads)) == 10
    assert len(await asyncio.gather(*known)) == 3, "known devices do not wait behind strangers, nor are sent away for them"
    codes = set(outcomes(await asyncio.gather(*logins, return_exceptions=True)))
    assert codes == {"chassis.busy", "identity.credentials.invalid"}, "those who would wait in vain are told at once"
    assert peak_mib(identity) < 260, "as many hashes as run at once hold memory, no more"
