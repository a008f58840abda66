"""The service against a real broker and database, and SendGrid's stand-in."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pymongo
import pytest
from notifications_fakes import about, private_challenge, some_id

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.challenges.events import ApplicationRejected, ChallengePublished, ChallengeUpdated
from contracts.challenges.terms import RejectReason
from contracts.identity.events import EmailVerificationRequested, EmailVerified, UserRegistered
from contracts.identity.roles import Role
from contracts.notifications.commands import MarkNotificationsRead
from contracts.notifications.queries import ListNotifications
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunningService, RunService


@pytest.fixture
def service(run_service: RunService, sandbox_url: str) -> RunningService:
    return run_service(
        "notifications",
        NOTIFICATIONS_SENDGRID_API_KEY="SG.test",
        NOTIFICATIONS_SENDGRID_API_BASE=sandbox_url,
        NOTIFICATIONS_PUBLIC_URL="https://openchance.example",
        NOTIFICATIONS_RETRY_TIERS_S="[0.1, 0.2, 0.5]",
    )


def mails(sandbox_url: str, to: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{sandbox_url}/_sandbox/mail?to={to}", timeout=5) as response:
        found = json.load(response)
    return list(found["items"] if isinstance(found, dict) else found)


def refuse_one_mail(sandbox_url: str) -> None:
    fault = json.dumps({"provider": "sendgrid", "status": 503, "count": 1}).encode()
    request = urllib.request.Request(f"{sandbox_url}/_sandbox/faults", fault, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


def registered(user_id: str, address: str) -> UserRegistered:
    return UserRegistered(
        user_id=user_id, email=address, display_name="Ann", roles=(Role.SOLVER,), locale="en", time_zone="UTC",
        registered_at="2026-03-01T12:00:00Z",
    )  # fmt: skip


async def test_a_fact_reaches_list_and_mail_once_however_often_and_early_it_comes(
    service: RunningService, sandbox_url: str, amqp_url: str, rpc: RpcClient, tokens
) -> None:
    user_id = new_id("user")
    address = f"{user_id}@example.com"
    rejected = ApplicationRejected(
        challenge_id=some_id("challenge"), challenge_title="Maps", challenger_id=new_id("user"), application_id=some_id("application"),
        applicant_id=user_id, reason=RejectReason.ANOTHER_ACCEPTED,
    )  # fmt: skip
    async with connected(amqp_url) as broker:
        event_id = await broker.publish(rejected)
        await broker.publish(registered(user_id, address))
        await broker.publish(EmailVerified(user_id=user_id, email=address), sequence=2)
        await broker.publish(rejected, event_id=event_id)
        token = tokens.issue(user_id)

        async def listed() -> Any:
            page = await rpc.call(ListNotifications(), token=token)
            return page if page.items else None

        page = await eventually(listed)
        assert [(row.kind, page.unread_count) for row in page.items] == [("application_closed", 1)]
        await broker.publish(rejected, event_id=event_id)
    marked = await rpc.call(MarkNotificationsRead(all=True), token=token)
    assert marked.unread_count == 0
    page = await rpc.call(ListNotifications(), token=token)
    assert [row.read_at is not None for row in page.items] == [True]


async def test_the_invited_are_told_once_although_the_event_comes_twice_and_the_challenge_is_edited(
    service: RunningService, amqp_url: str, mongo_url: str, rpc: RpcClient, tokens
) -> None:
    bob, cleo, nobody = (new_id("user") for _ in range(3))
    view = private_challenge(id=new_id("challenge"), invited_user_ids=(bob, nobody))
    edited = view.model_copy(update={"title": "Atlas"})
    wider = view.model_copy(update={"invited_user_ids": (bob, cleo)})
    async with connected(amqp_url) as broker:
        for person in (bob, cleo):
            await broker.publish(registered(person, f"{person}@example.com"))
        with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
            await eventually(lambda: client[service.database].contacts.count_documents({}) == 2)
        event_id = await broker.publish(ChallengePublished(**about(view)), sequence=1)
        await broker.publish(ChallengePublished(**about(view)), sequence=1, event_id=event_id)

        async def listed(person: str) -> list[tuple[str, str]]:
            page = await rpc.call(ListNotifications(), token=tokens.issue(person))
            return [(row.kind, row.link) for row in page.items]

        invited = [("challenge_invited", f"/v1/challenges/{view.id}")]
        assert await eventually(lambda: listed(bob)) == invited, "although one of the ids is nobody's"
        assert await listed(cleo) == []
        await broker.publish(ChallengeUpdated(**about(edited)), sequence=2)
        await broker.publish(ChallengeUpdated(**about(wider)), sequence=3)
        assert await eventually(lambda: listed(cleo)) == invited
        assert await listed(bob) == invited


async def test_the_verification_mail_goes_out_once_through_an_outage_of_the_provider(
    service: RunningService, sandbox_url: str, amqp_url: str
) -> None:
    user_id = new_id("user")
    address = f"{user_id}@example.com"
    refuse_one_mail(sandbox_url)
    async with connected(amqp_url) as broker:
        await broker.publish(
            EmailVerificationRequested(
                user_id=user_id, email=address, display_name="Ann", locale="de", token="t0ken", expires_at="2099-01-01T00:00:00Z"
            )
        )
        (mail,) = await eventually(lambda: mails(sandbox_url, address))
    assert "t0ken" in mail["text"]
    assert mail["subject"] == "Bestätigen Sie Ihre E-Mail-Adresse"
    assert "t0ken" not in service.log


async def test_two_people_do_not_see_each_others_lists(service: RunningService, rpc: RpcClient, tokens) -> None:
    page = await rpc.call(ListNotifications(), token=tokens.issue(new_id("user")))
    assert (page.items, page.unread_count) == ((), 0)
