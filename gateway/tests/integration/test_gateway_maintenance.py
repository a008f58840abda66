"""While the platform is read-only: reading and logging in go on, changes wait."""

from __future__ import annotations

from gateway_fakes.rpc import problem
from gateway_fakes.waiting import eventually

from contracts.challenges.commands import CreateChallenge
from contracts.errors import Kind
from contracts.identity.configuration import ClientConfigurationView, GetClientConfiguration
from contracts.identity.events import SettingChanged
from gateway.app import MAINTENANCE

READ_ONLY = "maintenance.read_only"


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
