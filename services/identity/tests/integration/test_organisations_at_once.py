"""Organisations under two hands at once, and under a process that dies: by the service itself on real servers."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pymongo
import pytest

from chassis.rpc_client import RpcClient
from contracts.errors import ProblemError
from contracts.identity.commands import RegisterUser, VerifyEmail
from contracts.identity.organisations import (
    AcceptInvitation,
    ChangeMemberRole,
    CreateOrganisation,
    GetBulkInvite,
    InviteMember,
    LeaveOrganisation,
    ListMembers,
    StartBulkInvite,
)
from contracts.identity.referrals import ClaimReferral, GetReferral
from local_platform.crashing import Doomed
from local_platform.observing import eventually
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


class Outbox:
    """What a database's service has committed to tell."""

    def __init__(self, url: str, database: str) -> None:
        self._url, self._database = url, database

    def __call__(self, event: str) -> list[dict[str, Any]]:
        with pymongo.MongoClient[dict[str, Any]](self._url) as client:
            rows = client[self._database].outbox.find({"type": f"identity.{event}.v1"}).sort("_id", 1)
            return [json.loads(row["body"]) for row in rows]


def codes(results: list[Any]) -> list[str]:
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, ProblemError):
            raise result
    return sorted(result.problem.code if isinstance(result, ProblemError) else "ok" for result in results)


async def at_once(*calls: Any) -> list[str]:
    return codes(await asyncio.gather(*calls, return_exceptions=True))


async def joined(rpc: RpcClient, outbox: Outbox, name: str) -> str:
    """An account with a proven address; its id."""
    email = f"{name}@example.org"
    me = await rpc.call(RegisterUser(email=email, password="orbit lemon quartz", display_name=name, roles=("solver",)))
    requested = next(event for event in outbox("email_verification_requested") if event["user_id"] == me.id)
    await rpc.call(VerifyEmail(token=requested["token"]))
    return me.id


async def test_what_two_do_at_once_leaves_what_one_would_leave(
    rpc: RpcClient, run_service: RunService, tokens: TestTokens, mongo_url: str
) -> None:
    outbox = Outbox(mongo_url, run_service("identity").database)
    ada, bob = await joined(rpc, outbox, "ada"), await joined(rpc, outbox, "bob")
    as_ada, as_bob = tokens.issue(ada), tokens.issue(bob)
    acme = (await rpc.call(CreateOrganisation(name="Acme"), token=as_ada)).id

    invite = InviteMember(organisation_id=acme, email="bob@example.org", role="owner")
    invited = await at_once(*(rpc.call(invite, token=as_ada) for _ in range(3)))
    assert invited == ["identity.invitation.exists", "identity.invitation.exists", "ok"]
    [sent] = outbox("invitation_sent")
    accepted = await at_once(*(rpc.call(AcceptInvitation(token=sent["token"]), token=as_bob) for _ in range(3)))
    assert accepted == ["identity.token.unusable", "identity.token.unusable", "ok"]
    assert len((await rpc.call(ListMembers(organisation_id=acme), token=as_ada)).items) == 2

    leave = LeaveOrganisation(organisation_id=acme)
    demote = ChangeMemberRole(organisation_id=acme, user_id=ada, role="member")
    left = await at_once(rpc.call(leave, token=as_bob), rpc.call(demote, token=as_bob), rpc.call(leave, token=as_ada))
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[outbox._database]
        owners = database.organisations.find_one({"_id": acme})["owner_ids"]
        members = {row["user_id"]: row["role"] for row in database.members.find({"organisation_id": acme})}
    assert "identity.organisation.last_owner" in left
    assert owners == [user_id for user_id, role in members.items() if role == "owner"] != []

    each = {user: await rpc.call(GetReferral(), token=token) for user, token in ((ada, as_ada), (bob, as_bob))}
    claims = ((as_ada, each[bob].code), (as_bob, each[ada].code))
    circle = await at_once(*(rpc.call(ClaimReferral(code=code), token=token) for token, code in claims))
    assert circle == ["identity.referral.loop", "ok"]


@pytest.mark.parametrize("point", ["unit_of_work.written:9", "unit_of_work.committed:9"])
async def test_a_job_whose_process_is_killed_between_two_lines_invites_everybody_once(
    point: str, rpc: RpcClient, run_service: RunService, tokens: TestTokens, mongo_url: str
) -> None:
    identity = run_service("identity", IDENTITY_CRASH_AT=point)
    service = Doomed(identity.process, "IDENTITY_CRASH_AT", mongo_url)
    outbox = Outbox(mongo_url, identity.database)
    token = tokens.issue(await joined(rpc, outbox, "ada"))
    acme = (await rpc.call(CreateOrganisation(name="Acme"), token=token)).id
    addresses = [f"p{number}@example.org" for number in range(10)]
    job = await rpc.call(
        StartBulkInvite.model_validate({"organisation_id": acme, "rows": [{"email": one} for one in addresses]}), token=token
    )
    await service.died()
    assert 0 < len(outbox("invitation_sent")) < len(addresses)
    await service.revive()
    await eventually(lambda: outbox("bulk_invite_finished"))
    assert Counter(event["email"] for event in outbox("invitation_sent")) == Counter(addresses)
    shown = await rpc.call(GetBulkInvite(organisation_id=acme, bulkinvite_id=job.id), token=token)
    assert (shown.status, shown.done, dict(shown.counts)) == ("finished", 10, {"invited": 10})
