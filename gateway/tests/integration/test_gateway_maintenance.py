"""While the platform is read-only: reading and logging in go on, changes wait."""

from __future__ import annotations

from typing import Any

from gateway_fakes.rpc import problem
from gateway_fakes.samples import body_of, url_of
from gateway_fakes.waiting import eventually

from contracts.challenges.commands import CreateChallenge
from contracts.errors import Kind
from contracts.identity.authentication import StartLink
from contracts.identity.configuration import ClientConfigurationView, GetClientConfiguration
from contracts.identity.events import SettingChanged
from gateway.app import MAINTENANCE
from gateway.rest.routes import Route
from gateway.rest.table import ROUTES

READ_ONLY = "maintenance.read_only"
# What goes on besides GET and the staff's changes: the ways in and out, and what only reads.
OPEN = {
    "/v1/auth/login",
    "/v1/auth/refresh",
    "/v1/auth/logout",
    "/v1/auth/step-up",
    "/v1/auth/step-up/passkey",
    "/v1/auth/passkey/start",
    "/v1/auth/passkey",
    "/v1/auth/availability",
    "/v1/auth/sso",
    "/v1/deletions/status",
}


async def test_changes_are_refused_from_the_moment_the_setting_is_heard(gateway, fake_rpc, publish, token) -> None:
    maintenance = gateway.server.app[MAINTENANCE]
    await publish(SettingChanged(name=READ_ONLY, value=True, revision=1))
    await eventually(lambda: maintenance.read_only)
    refused = await gateway.ask("POST", "/v1/challenges", token=token, json={})
    assert (refused.status, refused.json["code"], refused.headers["Retry-After"]) == (503, "gateway.read_only", "60")
    assert fake_rpc.of(CreateChallenge) == []
    assert (await gateway.ask("GET", "/v1/me", token=token)).status == 200
    assert (await gateway.ask("POST", "/v1/auth/login", json={"email": "ada@example.com", "password": "secret"})).status == 200
    stays = {"value": False, "reason": "All is well."}
    assert (await gateway.ask("PUT", f"/v1/admin/settings/{READ_ONLY}", token=token, json=stays)).status == 200
    await publish(SettingChanged(name="announcement", value="Soon over.", revision=1))
    await publish(SettingChanged(name=READ_ONLY, value=False, revision=2))
    await eventually(lambda: not maintenance.read_only)
    assert (await gateway.ask("POST", "/v1/challenges", token=token, json={})).status == 422


async def test_of_all_routes_these_alone_go_on(gateway, fake_rpc, token) -> None:
    gateway.server.app[MAINTENANCE].read_only = True
    served, refused = set(), set()
    for route in ROUTES:
        fake_rpc.calls.clear()
        answer = await gateway.ask(route.method, url_of(route), token=token, **sent(route))
        if answer.status == 503:
            assert answer.json["code"] == "gateway.read_only"
            assert not fake_rpc.calls
        else:
            assert answer.status == route.status, answer.body
        (refused if answer.status == 503 else served).add((route.method, route.path))
    expected = {("POST", path) for path in OPEN} | {one for one in served | refused if one[0] == "GET" or one[1].startswith("/v1/admin/")}
    assert served == expected


async def test_a_link_elsewhere_is_not_begun_and_a_login_is(gateway, fake_rpc, token) -> None:
    gateway.server.app[MAINTENANCE].read_only = True
    link = await gateway.ask("POST", "/v1/me/links/company/start", token=token)
    assert (link.status, link.json["code"]) == (503, "gateway.read_only")
    assert fake_rpc.of(StartLink) == []
    assert (await gateway.ask("GET", "/v1/auth/oauth/company/start", allow_redirects=False)).status == 302
    program = {"grant_type": "client_credentials", "client_id": "client_1", "client_secret": "s"}
    assert (await gateway.ask("POST", "/v1/oauth/token", data=program)).status == 200


def sent(route: Route) -> dict[str, Any]:
    """A valid request of the route, besides its address."""
    if route.has_body:
        return {"json": body_of(route)}
    return {"params": {name: str(value) for name, value in body_of(route).items()}}


async def test_messages_over_a_socket_wait_too(gateway, publish, connect, token) -> None:
    client = await connect(gateway, token)
    await publish(SettingChanged(name=READ_ONLY, value=True, revision=1))
    await eventually(lambda: gateway.server.app[MAINTENANCE].read_only)
    for call in ("message.send", "message.read"):
        answer = await client.call(call, {})
        assert answer["problem"]["code"] == "gateway.read_only"


async def test_a_replica_asks_at_its_start_and_keeps_what_it_knows_while_nobody_answers(gateway, fake_rpc) -> None:
    maintenance = gateway.server.app[MAINTENANCE]
    fake_rpc.answers[GetClientConfiguration] = ClientConfigurationView(settings={READ_ONLY: True}, flags={})
    await maintenance.ask()
    assert maintenance.read_only
    fake_rpc.answers[GetClientConfiguration] = problem(Kind.UNAVAILABLE, "identity.unavailable")
    await maintenance.ask()
    assert maintenance.read_only
    fake_rpc.answers[GetClientConfiguration] = ClientConfigurationView(settings={}, flags={})
    await maintenance.ask()
    assert not maintenance.read_only
