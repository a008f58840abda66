"""Organisations, keys and programs as people use them; what a key may not, the services refuse with the gateway bypassed."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest_asyncio
from authorisation_world import prove_domain

from chassis.rpc_client import RpcClient
from contracts.base import Request
from contracts.challenges.queries import ListChallenges
from contracts.errors import ProblemError
from contracts.identity.commands import UpdateProfile
from contracts.identity.credentials import ExchangeApiKey
from contracts.identity.queries import GetMe
from contracts.payments.commands import RequestPayout
from local_platform.market.client import Market, Person, wait_for
from local_platform.market.journey import Journey
from local_platform.platform import Platform


@pytest_asyncio.fixture
async def services(platform: Platform):
    client = RpcClient(platform.infrastructure.amqp_url)
    await client.start()
    yield client
    await client.stop()


async def mailed_invitation(market: Market, address: str) -> str:
    async def found() -> str | None:
        for mail in await market.mails(address):
            if "wants you in" in mail["subject"] and (token := re.search(r"token: (\S+)", mail["text"])):
                return token.group(1)
        return None

    return str(await wait_for(found, f"an invitation to {address}"))


async def founded(market: Market) -> tuple[Person, str]:
    owner = await market.join("Olga", "challenger")
    return owner, f"/v1/organisations/{(await owner.post('/v1/organisations', {'name': 'Acme'}, expect=201)).body['id']}"


async def refusal(services: RpcClient, request: Request, token: str) -> str:
    """What the service itself says, with the gateway bypassed."""
    try:
        await services.call(request, token=token)
    except ProblemError as error:
        return error.problem.code
    return "ok"


async def test_people_join_by_mail_one_by_one_and_by_the_list(market: Market) -> None:
    owner, acme = await founded(market)
    grace = await market.join("Grace", "solver")
    await owner.post(f"{acme}/invitations", {"email": grace.email, "role": "admin"}, expect=201)
    accepted = {"token": await mailed_invitation(market, grace.email)}
    assert (await grace.request("POST", "/v1/invitations/accept", accepted, expect=200)).body["my_role"] == "admin"
    guest = f"guest.{secrets.token_hex(4)}@example.com"
    csv = f"email,role\n{guest},member\n{grace.email},member\nnobody,member\n"
    job = (await grace.post(f"{acme}/bulk-invites", {"csv": csv}, expect=201)).body

    async def finished() -> bool:
        return (await grace.get(f"{acme}/bulk-invites/{job['id']}"))["status"] == "finished"

    await wait_for(finished, "the job")
    rows = (await grace.get(f"{acme}/bulk-invites/{job['id']}/rows"))["items"]
    assert [row["outcome"] for row in rows] == ["invited", "member_already", "invalid"]
    assert await mailed_invitation(market, guest)
    members = (await owner.get(f"{acme}/members"))["items"]
    assert sorted(member["role"] for member in members) == ["admin", "owner"]


async def test_a_key_does_what_its_scopes_say_also_where_the_gateway_is_bypassed(market: Market, services: RpcClient) -> None:
    ada = await market.join("Ada", "challenger", "solver")
    made = (await ada.post("/v1/api-keys", {"name": "Export", "scopes": ["profile:read", "challenges:read"]}, expect=201)).body
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert (await market.send("GET", "/v1/me", headers=bearer)).body["id"] == ada.id
    for method, path, body in (
        ("PATCH", "/v1/me", {"headline": "Stolen"}),
        ("POST", "/v1/auth/step-up", {"password": "x"}),
        ("POST", "/v1/api-keys", {"name": "More", "scopes": ["payments:write"]}),
        ("GET", "/v1/me/sessions", None),
        ("GET", "/v1/admin/users", None),
    ):
        assert (await market.send(method, path, json=body, headers=bearer)).status == 403, path
    token = (await services.call(ExchangeApiKey(key=made["key"]))).access_token
    payout = RequestPayout.model_validate({"amount": {"amount_minor": 100, "currency": "EUR"}})
    assert await refusal(services, GetMe(), token) == await refusal(services, ListChallenges(), token) == "ok"
    assert await refusal(services, UpdateProfile(headline="Stolen"), token) == "identity.scope.missing"
    assert await refusal(services, payout, token) == "identity.person.required"
    await ada.request("DELETE", f"/v1/api-keys/{made['id']}", expect=204)

    async def dead() -> bool:
        bypassed = await refusal(services, GetMe(), token) == "identity.session.ended"
        return bypassed and (await market.send("GET", "/v1/me", headers=bearer)).status == 401

    await wait_for(dead, "the key to be refused at the gateway and by the service", within=30)


async def test_a_program_reads_and_is_refused_where_people_are_wanted(market: Market, services: RpcClient) -> None:
    owner, acme = await founded(market)
    told = {"name": "Partner", "scopes": ["challenges:read", "organisations:read"]}
    client = (await owner.post(f"{acme}/clients", told, expect=201)).body
    form = {"grant_type": "client_credentials", "client_id": client["id"], "client_secret": client["client_secret"]}
    async with market.http.post(f"{market.gateway_urls[0]}/v1/oauth/token", data=form) as answer:
        assert answer.status == 200
        token = (await answer.json())["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await market.send("GET", "/v1/challenges", headers=bearer)).status == 200
    assert (await market.send("GET", acme, headers=bearer)).body["my_role"] is None
    assert (await market.send("GET", "/v1/me", headers=bearer)).code == "identity.person.required"
    _, other = await founded(market)
    assert (await market.send("GET", other, headers=bearer)).status == 404
    assert await refusal(services, GetMe(), token) == "identity.person.required"


async def test_an_organisations_people_log_in_at_its_own_provider(market: Market) -> None:
    owner, acme = await founded(market)
    domain = f"acme-{secrets.token_hex(4)}.example"
    await prove_domain(market, owner, acme, domain)
    provider = {"issuer": f"{market.sandbox_url}/oidc", "client_id": "sandbox", "client_secret": "sandbox-secret"}
    await owner.request("PUT", f"{acme}/sso", provider, expect=200)
    branding = (await market.send("GET", f"/v1/branding?domain={domain}")).body
    name = (await market.send("POST", "/v1/auth/sso", json={"email": f"linus@{domain}"})).body["provider"]
    assert name == branding["sign_in_provider"] == acme.rpartition("/")[2]
    assert (await logged_in_at(market, name, "victim@example.com")).status == 401
    answer = await logged_in_at(market, name, f"linus@{domain}")
    assert answer.status == 200
    members = (await owner.get(f"{acme}/members"))["items"]
    assert [member["role"] for member in members] == ["owner", "member"]


async def logged_in_at(market: Market, provider: str, email: str) -> aiohttp.ClientResponse:
    """What a browser does; the gateway's last answer."""
    start = f"{market.gateway_urls[0]}/v1/auth/oauth/{provider}/start"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(start, allow_redirects=False) as sent:
            page = sent.headers["Location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        form = {**asked, "email": email, "name": "Linus", "verified": "yes"}
        async with browser.post(page.partition("?")[0], data=form, allow_redirects=False) as back:
            callback = back.headers["Location"]
        async with browser.get(callback) as done:
            await done.read()
            return done


async def test_members_documents_bear_the_looks_that_their_organisations_plan_includes(journey: Journey, walk_until) -> None:
    await walk_until(journey, "escrow_is_funded")
    carla = journey.challenger
    created = (await carla.post("/v1/organisations", {"name": "Acme"}, expect=201)).body
    acme = f"/v1/organisations/{created['id']}"
    await carla.request("PATCH", acme, {"primary_colour": "#aa0011"}, expect=200)
    details = {"name": "Carla", "address": ["1 rue X"], "country": "FR", "organisation_id": created["id"]}
    stranger = await journey.solver.request("PUT", "/v1/billing-details", details, expect=422)
    assert stranger.code == "payments.billing.organisation_not_yours"

    async def known_to_payments() -> bool:
        return (await carla.request("PUT", "/v1/billing-details", details)).status == 200

    await wait_for(known_to_payments, "payments to know who is in the organisation")
    method = (await carla.post("/v1/payment-methods", {"payment_method": "pm_card_visa"}, expect=201)).body["id"]
    order = {"plan_id": "organisation-team-monthly", "payment_method": method, "owner_id": created["id"]}
    await carla.post("/v1/subscriptions", order, expect=201)
    await journey.escrow_is_funded()

    async def issued() -> list[dict[str, Any]]:
        return (await carla.get("/v1/documents"))["items"]

    (receipt,) = await wait_for(issued, "the receipt")
    assert receipt["branding"] == {"name": "Acme", "colour": "#aa0011"}
    assert receipt["issued_by"]["name"] != "Acme"
    assert (await carla.get("/v1/billing-details"))["organisation_id"] == created["id"]


async def test_a_referral_is_told_by_whom_somebody_came(market: Market) -> None:
    ada = await market.join("Ada", "solver")
    code = (await ada.get("/v1/me/referral"))["code"]
    bob = await market.join("Bob", "solver")
    await bob.post("/v1/me/referral", {"code": code}, expect=204)
    assert (await bob.post("/v1/me/referral", {"code": code}, expect=409)).code == "identity.referral.made"
    assert (await ada.get("/v1/me/referral"))["attributed"] == 1
