"""The authorisation matrix: every request and every route × every role, on objects of others, at the services and at the gateway."""

from __future__ import annotations

import base64
import json
from typing import Any

import authorisation_world
import pytest
import pytest_asyncio
from authorisation_rules import ANONYMOUS, CALLERS, NOT_IN_THE_WORLD, RULES, WITH_AN_OLD_PROOF, Decision, Rule
from authorisation_world import World, named_kinds
from gateway_fakes.samples import sample

from chassis.rpc_client import RpcClient
from contracts import catalogue
from contracts.admin.queries import DEAD_LETTERS
from contracts.base import Query, Request
from contracts.errors import ProblemError
from contracts.identity.privacy import GetExport
from contracts.privacy.queries import PRIVACY
from gateway.rest.routes import Route
from gateway.rest.table import ROUTES
from local_platform.market.client import Market
from local_platform.market.journey import Journey
from local_platform.platform import Platform
from local_platform.tokens import TestTokens

# A copy of one's data is there for who has asked for one, and so looked for last.
REQUESTS = sorted(catalogue.requests(), key=lambda request: request is GetExport)
_ABOUT_THE_TOKEN = ("identity.session.required", "identity.token.invalid")
_OF_STATUS = {401: Decision.UNAUTHENTICATED, 403: Decision.FORBIDDEN, 404: Decision.NOT_FOUND}


def name_of(request: type[Request[Any]]) -> str:
    return f"{request.service}.{request.method()}"


@pytest.fixture(scope="module")
def issued(platform: Platform) -> TestTokens:
    """Tokens that the platform takes for identity's."""
    return TestTokens(platform.secrets.signing_key)


@pytest.fixture(scope="module")
def built() -> dict[str, World]:
    return {}


@pytest_asyncio.fixture
async def world(built: dict[str, World], journey: Journey, issued: TestTokens) -> World:
    """Built once for the module, by whichever test comes first."""
    if "world" not in built:
        built["world"] = await authorisation_world.build(journey, issued)
    return built["world"]


@pytest_asyncio.fixture
async def services(platform: Platform):
    """Straight to the services: the gateway is bypassed."""
    client = RpcClient(platform.infrastructure.amqp_url)
    await client.start()
    yield client
    await client.stop()


def token_of(caller: str, world: World, issued: TestTokens, request: type[Request[Any]] | None = None) -> str | None:
    """Of somebody who has just logged in; an old one where the caller would be gone afterwards."""
    if caller == ANONYMOUS:
        return None
    old = request is not None and name_of(request) in WITH_AN_OLD_PROOF
    return issued.issue(world.strangers[caller], [caller], session_id=world.sessions[caller], authenticated_s_ago=3600 if old else 0)


async def decide(services: RpcClient, request: type[Request[Any]], data: dict[str, Any], token: str | None, rule: Rule) -> str:
    """What the service itself says, as a decision; the code of the refusal where it is none."""
    try:
        to = f"payments.{request.service}" if request.service in (DEAD_LETTERS, PRIVACY) else None  # one of those that answer it
        await services.call(request.model_validate(data), token=token, to=to)
    except ProblemError as refused:
        code, kind = refused.problem.code, refused.problem.kind.value
        about_a_secret = rule.needs_secret and code not in _ABOUT_THE_TOKEN
        if kind in set(Decision) and not about_a_secret:
            return kind
        return Decision.ALLOWED if kind in ("conflict", "invalid", "limited") or about_a_secret else code
    return Decision.ALLOWED


async def test_every_service_decides_for_every_role(services: RpcClient, world: World, issued: TestTokens) -> None:
    wrong = []
    for request in REQUESTS:
        rule = RULES[name_of(request)]
        for caller in CALLERS:
            decision = await decide(services, request, world.data(request), token_of(caller, world, issued, request), rule)
            if decision != rule.of(caller):
                wrong.append(f"{name_of(request)} for {caller}: {decision}, not {rule.of(caller)}")
    print(f"\nauthorisation: {len(REQUESTS)} requests × {len(CALLERS)} callers = {len(REQUESTS) * len(CALLERS)} decisions of services")
    assert wrong == [], "\n".join(wrong)


async def test_the_gateway_answers_as_the_services_decide(market: Market, world: World, issued: TestTokens) -> None:
    wrong = []
    for route in ROUTES:
        rule = RULES[name_of(route.request)]
        for caller in CALLERS:
            answer = await through_the_gateway(market, route, world, token_of(caller, world, issued, route.request))
            about_a_secret = rule.needs_secret and answer.code not in _ABOUT_THE_TOKEN
            decision = _OF_STATUS.get(answer.status, Decision.ALLOWED) if not about_a_secret else Decision.ALLOWED
            if decision != rule.of(caller) or answer.status >= 500 or answer.status == 405:
                wrong.append(f"{route.method} {route.path} for {caller}: {answer.status} {answer.code}, not {rule.of(caller)}")
    print(f"\nauthorisation: {len(ROUTES)} routes × {len(CALLERS)} callers = {len(ROUTES) * len(CALLERS)} answers of the gateway")
    assert wrong == [], "\n".join(wrong)


async def through_the_gateway(market: Market, route: Route, world: World, token: str | None):
    data = {name: value for name, value in world.data(route.request).items() if name in route.path_fields | route.body_fields}
    path = route.path.format_map(data)
    body = {name: value for name, value in data.items() if name not in route.path_fields}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if route.has_body:
        return await market.send(route.method, path, json=body, headers=headers)
    query = "&".join(f"{name}={value}" for name, value in body.items())
    return await market.send(route.method, f"{path}?{query}" if query else path, headers=headers)


async def test_what_is_private_does_not_exist_for_strangers(services: RpcClient, world: World, issued: TestTokens) -> None:
    """The same challenge, private: nobody outside gets anything but 404, whatever would be forbidden on a public one."""
    about_it = [request for request in REQUESTS if "challenge_id" in named_kinds(request)]
    assert len(about_it) > 10
    wrong = []
    for request in about_it:
        rule = RULES[name_of(request)]
        for caller in CALLERS:
            data = world.data(request) | {"challenge_id": world.hidden_challenge}
            decision = await decide(services, request, data, token_of(caller, world, issued, request), rule)
            expected = Decision.UNAUTHENTICATED if rule.of(caller) is Decision.UNAUTHENTICATED else Decision.NOT_FOUND
            role_missing = decision == Decision.FORBIDDEN and name_of(request) == "applications.submit_application"
            if decision != expected and not role_missing:
                wrong.append(f"{name_of(request)} for {caller}: {decision}, not {expected}")
    assert wrong == [], "\n".join(wrong)


async def test_the_objects_are_there_for_those_they_belong_to(services: RpcClient, world: World, issued: TestTokens) -> None:
    """The control: that strangers find nothing is worth something only where there is something to find."""
    lost = []
    tokens = [*(owner.access_token for owner in world.owners), token_of("admin", world, issued)]
    for request in REQUESTS:
        if issubclass(request, Query) and named_kinds(request) and name_of(request) not in NOT_IN_THE_WORLD:
            decisions = [await decide(services, request, world.data(request), token, RULES[name_of(request)]) for token in tokens]
            if Decision.ALLOWED not in decisions:
                lost.append(f"{name_of(request)}: {decisions}")
    assert lost == []


def downgraded(token: str) -> str:
    """The same claims with no signature (RFC 8725, 2.1)."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def promoted(token: str) -> str:
    """A genuine token whose claims were changed afterwards."""
    header, claims, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**read, "roles": ["admin"]}).encode()).rstrip(b"=").decode()
    return f"{header}.{changed}.{signature}"


@pytest.mark.parametrize("flaw", ["forged", "expired", "for_another_audience", "of_another_issuer", "downgraded", "promoted", "no_token"])
async def test_a_service_refuses_a_token_that_is_not_identitys(
    flaw: str, services: RpcClient, world: World, issued: TestTokens, tokens: TestTokens
) -> None:
    user = world.owners[0].id
    token = {
        "forged": lambda: tokens.issue(user, ["admin"]),
        "expired": lambda: issued.issue(user, ["admin"], lifetime=-60),
        "for_another_audience": lambda: issued.issue(user, ["admin"], aud="elsewhere"),
        "of_another_issuer": lambda: issued.issue(user, ["admin"], iss="elsewhere"),
        "downgraded": lambda: downgraded(issued.issue(user, ["admin"])),
        "promoted": lambda: promoted(issued.issue(user, ["challenger"])),
        "no_token": lambda: "not a token",
    }[flaw]()
    guarded = [request for request in REQUESTS if RULES[name_of(request)].anonymous is Decision.UNAUTHENTICATED]
    accepted = [
        name_of(request)
        for request in guarded
        if await decide(services, request, sample(request), token, RULES[name_of(request)]) != Decision.UNAUTHENTICATED
    ]
    assert len(guarded) > 30
    assert accepted == []
