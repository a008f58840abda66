"""API keys and programs at the gateway: traded once, forgotten when revoked, limited each for itself; OAuth's token endpoint."""

from __future__ import annotations

import asyncio
import base64
import secrets

import pytest
import socketio
from gateway_fakes.rpc import FakeRpc, problem
from gateway_fakes.waiting import PATIENCE_S

from chassis.ids import new_id
from contracts.errors import Kind
from contracts.identity.credentials import ClientTokenView, ExchangeApiKey, IssueClientToken
from contracts.identity.events import SessionRevoked
from contracts.identity.queries import GetMe
from contracts.identity.views import AccessTokenView
from gateway.settings import RateClass
from gateway.shared.gcra import Policy

KEY = "oc_" + "k" * 43


@pytest.fixture
def session() -> str:
    return new_id("session")


@pytest.fixture
def exchanged(fake_rpc: FakeRpc, tokens, user_id, session) -> str:
    """What identity gives for the key."""
    token = tokens.issue(user_id, session_id=session, client_id=new_id("apikey"), scope="profile:read")
    fake_rpc.answers[ExchangeApiKey] = AccessTokenView(access_token=token, expires_in=300)
    return token


async def test_a_key_is_traded_once_for_many_requests(gateway, fake_rpc: FakeRpc, exchanged) -> None:
    for _ in range(3):
        assert (await gateway.ask("GET", "/v1/me", token=KEY)).status == 200
    assert [asked.request.key for asked in fake_rpc.of(ExchangeApiKey)] == [KEY]
    assert {asked.token for asked in fake_rpc.of(GetMe)} == {exchanged}, "services see what identity signed, never the key"


async def test_a_revoked_key_is_forgotten_when_it_is_heard(gateway, fake_rpc: FakeRpc, exchanged, publish, user_id, session) -> None:
    assert (await gateway.ask("GET", "/v1/me", token=KEY)).status == 200
    fake_rpc.answers[ExchangeApiKey] = problem(Kind.UNAUTHENTICATED, "identity.api_key.invalid")
    await publish(SessionRevoked(user_id=user_id, session_id=session, reason="key_revoked"))

    async with asyncio.timeout(PATIENCE_S):
        while (answer := await gateway.ask("GET", "/v1/me", token=KEY)).status == 200:  # noqa: ASYNC110 - the event is heard by the gateway
            await asyncio.sleep(0.01)
    assert (answer.status, answer.json["code"]) == (401, "identity.api_key.invalid")


async def test_each_key_has_a_limit_of_its_own(start_gateway, exchanged, token) -> None:
    tight = {rate: Policy(quota=2 if rate is RateClass.READ else 1000, window_s=3600) for rate in RateClass}
    gateway = await start_gateway(rate_limits=tight)
    assert [(await gateway.ask("GET", "/v1/me", token=KEY)).status for _ in range(3)] == [200, 200, 429]
    assert (await gateway.ask("GET", "/v1/me", token=token)).status == 200, "its person is not held up by it"


async def test_made_up_keys_do_not_reach_identity_without_end(start_gateway, fake_rpc: FakeRpc) -> None:
    fake_rpc.answers[ExchangeApiKey] = problem(Kind.UNAUTHENTICATED, "identity.api_key.invalid")
    tight = {rate: Policy(quota=3 if rate is RateClass.AUTH else 1000, window_s=3600) for rate in RateClass}
    gateway = await start_gateway(rate_limits=tight, trusted_proxies=1)
    place = {"X-Forwarded-For": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"}
    statuses = [(await gateway.ask("GET", "/v1/me", token=f"oc_{number}", headers=place)).status for number in range(6)]
    assert statuses == [401, 401, 401, 429, 429, 429]
    assert len(fake_rpc.of(ExchangeApiKey)) == 3


async def test_a_key_opens_no_socket(gateway, exchanged) -> None:
    told: list[str] = []
    for token in (KEY, exchanged):
        client = socketio.AsyncClient(reconnection=False)
        client.on("connect_error", lambda refusal: told.append(refusal["message"]))
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(gateway.url, auth={"token": token}, transports=["websocket"], wait_timeout=PATIENCE_S)
    assert told == ["identity.token.invalid", "identity.person.required"]


def form(**fields: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": "client_1", "client_secret": "s&cret=", **fields}


async def test_a_program_gets_a_token(gateway, fake_rpc: FakeRpc) -> None:
    fake_rpc.answers[IssueClientToken] = ClientTokenView(access_token="jwt", expires_in=300, scope="challenges:read")
    answer = await gateway.ask("POST", "/v1/oauth/token", data=form(scope="challenges:read"))
    assert answer.status == 200
    assert answer.json == {"access_token": "jwt", "token_type": "Bearer", "expires_in": 300, "scope": "challenges:read"}
    assert answer.headers["Cache-Control"] == "no-store"
    basic = base64.b64encode(b"client_1:s%26cret%3D").decode()
    header = {"Authorization": f"Basic {basic}"}
    assert (await gateway.ask("POST", "/v1/oauth/token", headers=header, data={"grant_type": "client_credentials"})).status == 200
    first, second = (asked.request for asked in fake_rpc.of(IssueClientToken))
    assert (first.client_id, first.client_secret) == (second.client_id, second.client_secret) == ("client_1", "s&cret=")
    assert (first.scope, second.scope) == ("challenges:read", None)


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        (form(grant_type="password"), 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        (form(client_id=""), 401, "invalid_client"),
        (form(scope="x" * 600), 400, "invalid_request"),
        ("grant_type=client_credentials&client_id=a&client_id=b", 400, "invalid_request"),
    ],
    ids=["nothing", "password", "no client", "empty client", "long scope", "twice"],
)
async def test_what_is_wrong_is_told_in_oauths_words(gateway, fake_rpc: FakeRpc, sent, status, error) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await gateway.ask("POST", "/v1/oauth/token", headers=headers, data=sent)
    assert (answer.status, answer.json["error"]) == (status, error)
    assert fake_rpc.of(IssueClientToken) == []


@pytest.mark.parametrize(
    ("code", "kind", "status", "error"),
    [
        ("identity.client.invalid", Kind.UNAUTHENTICATED, 401, "invalid_client"),
        ("identity.client.invalid_scope", Kind.INVALID, 400, "invalid_scope"),
        ("identity.client.invalid_target", Kind.INVALID, 400, "invalid_target"),
    ],
)
async def test_what_identity_refuses_is_told_in_oauths_words(gateway, fake_rpc: FakeRpc, code, kind, status, error) -> None:
    fake_rpc.answers[IssueClientToken] = problem(kind, code)
    answer = await gateway.ask("POST", "/v1/oauth/token", data=form())
    assert (answer.status, answer.json["error"]) == (status, error)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


async def test_a_secret_is_sent_once_and_as_a_form(gateway) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(b"client_1:x").decode()}
    assert (await gateway.ask("POST", "/v1/oauth/token", headers=basic, data=form())).json["error"] == "invalid_request"
    assert (await gateway.ask("POST", "/v1/oauth/token", json=form())).status == 415
    for broken in ("Basic %%%", "Basic schlüssel", "Basic /w==", "Basic"):
        headers = {"Authorization": broken}
        answer = await gateway.ask("POST", "/v1/oauth/token", headers=headers, data={"grant_type": "client_credentials"})
        assert (answer.status, answer.json["error"]) == (401, "invalid_client")
