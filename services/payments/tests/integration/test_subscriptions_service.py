"""Subscriptions in the service as a process, against a real broker and database and Stripe's stand-in, by its clock."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pymongo

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.base import Event
from contracts.errors import ProblemError
from contracts.identity.events import BrandingChanged, MemberAdded, MemberRemoved
from contracts.identity.organisation_views import OrganisationRole
from contracts.payments.commands import AddPaymentMethod
from contracts.payments.subscription_views import BillKind, SubscriptionStatus
from contracts.payments.subscriptions import (
    CancelSubscription,
    GetEntitlements,
    GetSubscription,
    ListBills,
    ListPlans,
    ListSubscriptions,
    StartSubscription,
)
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunningService, RunService
from local_platform.tokens import TestTokens

DAY = 86_400


def started(run_service: RunService, sandbox_url: str) -> RunningService:
    return run_service(
        "payments",
        PAYMENTS_STRIPE_API_KEY="sk_test_payments",
        PAYMENTS_STRIPE_API_BASE=sandbox_url,
        PAYMENTS_STRIPE_WEBHOOK_SECRET="whsec_test",
        PAYMENTS_CLOCK_URL=f"{sandbox_url}/_sandbox/clock",
        PAYMENTS_RETRY_TIERS_S="[0.1, 0.2, 0.5]",
    )


def pass_time(sandbox_url: str, days: int) -> None:
    body = json.dumps({"seconds": days * DAY}).encode()
    advance = urllib.request.Request(f"{sandbox_url}/_sandbox/clock/advance", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(advance, timeout=5).close()


async def test_a_trial_that_was_cancelled_ends_by_the_clock(
    run_service: RunService, sandbox_url: str, rpc: RpcClient, tokens: TestTokens, mongo_url: str
) -> None:
    service, person = started(run_service, sandbox_url), new_id("user")

    async def ask(request: Any, key: str | None = None) -> Any:
        """The token is of this moment: services read their own clock."""
        return await rpc.call(request, token=tokens.issue(person), idempotency_key=key, timeout=15.0)

    async def ended() -> bool:
        with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
            (row,) = client[service.database]["subscriptions"].find()
        return bool(row["status"] == SubscriptionStatus.CANCELLED.value)

    assert {plan.id for plan in (await ask(ListPlans())).items} >= {"expert-pro-monthly", "organisation-team-annual"}
    method = (await ask(AddPaymentMethod(payment_method="pm_card_visa"))).id
    order = StartSubscription(plan_id="expert-pro-monthly", payment_method=method)
    trial = await ask(order, "k")
    assert (await ask(order, "k")).id == trial.id
    assert trial.status is SubscriptionStatus.TRIALING
    assert (await ask(GetEntitlements())).revision == 1
    assert [one.id for one in (await ask(ListSubscriptions())).items] == [trial.id]
    await ask(CancelSubscription(subscription_id=trial.id))
    assert (await ask(GetSubscription(subscription_id=trial.id))).cancel_at_period_end

    pass_time(sandbox_url, 15)
    await eventually(ended, within=40.0)
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        assert client[service.database]["bills"].count_documents({}) == 0
        outbox = [row["type"] for row in client[service.database]["outbox"].find()]
    assert outbox.count("payments.entitlement_changed.v1") == 3  # entitled, until the end of the trial, no more
    assert outbox.count("payments.subscription_ended.v1") == 1


async def test_a_first_period_is_charged_and_the_next_by_the_clock(
    run_service: RunService, sandbox_url: str, rpc: RpcClient, tokens: TestTokens, amqp_url: str, mongo_url: str
) -> None:
    service, admin, organisation = started(run_service, sandbox_url), new_id("user"), new_id("organisation")
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[service.database]
        database["plans"].update_many({}, {"$set": {"trial_days": 0}})

        async def ask(request: Any, key: str | None = None) -> Any:
            return await rpc.call(request, token=tokens.issue(admin), idempotency_key=key, timeout=15.0)

        async def administers() -> bool:
            try:
                await ask(GetEntitlements(owner_id=organisation))
            except ProblemError as refusal:
                if refusal.problem.code != "payments.subscription.owner_not_found":
                    raise
                return False
            return True

        async def lost() -> bool:
            return not await administers()

        async with connected(amqp_url) as broker:

            async def publish(event: Event, sequence: int) -> None:
                await broker.publish(event, sequence=sequence)

            assert not await administers()
            await publish(MemberAdded(organisation_id=organisation, user_id=admin, role=OrganisationRole.OWNER), 1)
            looks = dict.fromkeys(("accent_colour", "logo_url", "logo_asset_id", "domain"))
            await publish(BrandingChanged(organisation_id=organisation, name="Acme", primary_colour="#aa0011", **looks), 2)
            await eventually(administers, within=20.0)
            await eventually(lambda: database["brands"].count_documents({}) == 1, within=20.0)
            method = (await ask(AddPaymentMethod(payment_method="pm_card_visa"))).id
            order = StartSubscription(plan_id="organisation-team-monthly", payment_method=method, owner_id=organisation)
            begun = await ask(order, "k")
            assert (await ask(order, "k")).id == begun.id
            assert (begun.status, begun.owner_id, begun.payer_id) == (SubscriptionStatus.ACTIVE, organisation, admin)
            (first,) = (await ask(ListBills(subscription_id=begun.id))).items
            assert (first.kind, first.amount.amount_minor) == (BillKind.FIRST, 4_900)
            await publish(MemberRemoved(organisation_id=organisation, user_id=admin, reason="left"), 3)
            await eventually(lost, within=20.0)

        pass_time(sandbox_url, 32)

        async def renewed() -> bool:
            return bool(database["bills"].count_documents({"status": "paid"}) == 2)

        await eventually(renewed, within=40.0)

        async def earned() -> bool:
            return database["journals"].find_one({"_id": f"subscription_earned:{first.id}"}) is not None

        await eventually(earned, within=60.0)
        accounts = {row["_id"].partition(":")[0]: row["amount"] for row in database["balances"].find()}
        assert accounts == {"payer": -9_800, "deferred": 4_900, "revenue": 4_900}

        async def invoiced() -> bool:
            papers = list(database["accounting_documents"].find({"subscription_id": begun.id, "recipient_id": admin}))
            return len({paper["number"] for paper in papers if paper["kind"] == "invoice"}) == 2

        await eventually(invoiced, within=40.0)
        branded = {(paper["brand_name"], paper["brand_colour"]) for paper in database["accounting_documents"].find()}
        assert branded == {("Acme", "#aa0011")}
