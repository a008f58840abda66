"""The staff at work through the gateway: the first admin, roles, a suspension that counts at once, the audit log."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from local_platform.market.client import Market, Person, wait_for
from local_platform.platform import Platform


def appoint(platform: Platform, email: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **platform.environment.of_service("identity")}
    return subprocess.run([sys.executable, "-m", "identity.first_admin", email], env=env, capture_output=True, text=True, check=False)


async def test_the_staff_at_work(platform: Platform, market: Market) -> None:
    admin, moderator, spammer = (
        await market.join("Anna Admin", "challenger"),
        await market.join("Milo Moderator", "solver"),
        await market.join("Spam Sender", "solver"),
    )
    nobody = appoint(platform, "nobody@example.com")
    assert (nobody.returncode, nobody.stderr) == (1, "There is no such user.\n")
    appointed = appoint(platform, admin.email)
    assert (appointed.returncode, appointed.stdout.split()[0]) == (0, admin.id), appointed
    assert appoint(platform, moderator.email).returncode == 1
    await admin.log_in()

    granted = await admin.post(f"/v1/admin/users/{moderator.id}/grant-role", {"role": "moderator", "reason": "Joins the team."}, expect=200)
    assert granted.body["roles"] == ["solver", "moderator"]
    assert (await moderator.post(f"/v1/admin/users/{spammer.id}/suspend", {"reason": "Spam."})).status == 403
    await moderator.log_in()

    await spammer.connect()
    old_token = spammer.access_token
    path = f"/v1/admin/users/{spammer.id}"
    missing = await moderator.post(f"{path}/suspend", {})
    assert (missing.status, missing.body["errors"][0]["pointer"]) == (422, "/reason")
    await moderator.post(f"{path}/suspend", {"reason": "Spam in four chats."}, expect=200)
    await every_service_refuses(spammer)

    async def cut_off() -> bool:
        return bool(spammer.heard("session.revoked"))

    await wait_for(cut_off, "the end of the session on the socket")
    refused = await spammer.post("/v1/auth/login", {"email": spammer.email, "password": "a long pass phrase for the demo"})
    assert (refused.status, refused.code) == (403, "identity.account.suspended")
    assert (await moderator.post(f"{path}/ban", {"reason": "Worse."})).status == 403

    await moderator.post(f"{path}/restore", {"reason": "They apologised."}, expect=200)
    await spammer.log_in()
    await spammer.get("/v1/me")
    spammer.access_token, fresh = old_token, spammer.access_token
    assert (await spammer.request("GET", "/v1/balance")).status == 401, "the old session stays dead"
    spammer.access_token = fresh

    log = (await admin.get(f"/v1/admin/audit?target={spammer.id}"))["items"]
    assert [(entry["action"], entry["actor_id"], entry["reason"]) for entry in log] == [
        ("users.restored", moderator.id, "They apologised."),
        ("users.suspended", moderator.id, "Spam in four chats."),
    ]
    assert (await moderator.request("GET", "/v1/admin/audit")).status == 403
    assert [found["id"] for found in (await admin.get(f"/v1/admin/users?email={spammer.email}"))["items"]] == [spammer.id]
    await a_role_taken_away_counts_at_once(admin, moderator, path)
    await registration_can_be_closed(market, admin)


async def every_service_refuses(person: Person) -> None:
    """One route of each service."""
    paths = ("/v1/me", "/v1/challenges?mine=true", "/v1/balance", "/v1/conversations", "/v1/matches", "/v1/notifications")
    for path in paths:

        async def refused(path: str = path) -> Any:
            return (await person.request("GET", path)).status == 401

        await wait_for(refused, f"a 401 of {path}")


async def a_role_taken_away_counts_at_once(admin: Person, moderator: Person, path: str) -> None:
    await admin.post(f"/v1/admin/users/{moderator.id}/revoke-role", {"role": "moderator", "reason": "Left the team."}, expect=200)

    async def refused() -> bool:
        return (await moderator.post(f"{path}/suspend", {"reason": "Spite."})).status == 401

    await wait_for(refused, "the end of the moderator's session")
    await moderator.log_in()
    assert (await moderator.post(f"{path}/suspend", {"reason": "Spite."})).status == 403


async def registration_can_be_closed(market: Market, admin: Person) -> None:
    path = "/v1/admin/settings/registration.open"
    wrong = await admin.request("PUT", path, {"value": "no", "reason": "Full."})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (422, "/value")
    await admin.request("PUT", path, {"value": False, "reason": "Full."}, expect=200)
    body = {"email": "late@example.com", "password": "orbit lemon quartz", "display_name": "Late", "roles": ["solver"]}
    refused = await market.send("POST", "/v1/auth/register", json=body)
    assert (refused.status, refused.code) == (403, "identity.registration.closed")
    await admin.request("PUT", path, {"value": True, "reason": "Room again."}, expect=200)
    seen = (await market.send("GET", "/v1/configuration")).body
    assert seen["settings"]["registration.open"] is True
    assert (await admin.get("/v1/admin/audit?target=setting:registration.open"))["items"][0]["details"] == {
        "before": "False",
        "after": "True",
    }
