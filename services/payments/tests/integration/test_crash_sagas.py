"""payments is killed between any two effects of a money movement, point after point in one story: money moves once, all is told."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pymongo
import pytest
from test_payments_service import Engagement, price

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.challenges.events import SubmissionApproved, WorkSubmitted
from contracts.errors import Kind, ProblemError
from contracts.payments.commands import ReceiveStripeWebhook, RefundEscrow, RequestPayout, TakeBackRelease
from contracts.payments.views import EscrowStatus, PayoutView
from local_platform.crashing import Doomed
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens

DECLINED = "pm_card_chargeDeclinedInsufficientFunds"


@pytest.fixture
async def engagement(
    run_service: RunService, sandbox_url: str, rpc: RpcClient, tokens: TestTokens, amqp_url: str, mongo_url: str
) -> AsyncIterator[Engagement]:
    service = run_service(
        "payments",
        PAYMENTS_STRIPE_API_KEY="sk_test_payments",
        PAYMENTS_STRIPE_API_BASE=sandbox_url,
        PAYMENTS_STRIPE_WEBHOOK_SECRET="whsec_test",
        PAYMENTS_RETRY_TIERS_S="[0.1, 0.2, 0.5]",
    )
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        async with connected(amqp_url) as broker:
            engaged = Engagement(service, sandbox_url, rpc, broker, tokens, client[service.database])
            await engaged.accept()
            yield engaged


@dataclass
class Walk:
    """Kills the service at one point after another while something is asked of it again and again, with one key."""

    engagement: Engagement
    mongo_url: str

    async def through(self, points: list[str], act: Callable[[], Awaitable[Any]]) -> Any:
        """`act` is begun, and begun anew after each death; returns, or raises, what it does in the end."""
        doomed = Doomed(self.engagement.service.process, "PAYMENTS_CRASH_AT", self.mongo_url)
        await asyncio.to_thread(doomed.process.stop)
        for point in points:
            await doomed.begin(point)
            asked = asyncio.ensure_future(act())
            await doomed.died()
            self.leases_run_out()
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        await doomed.revive()
        return await eventually(lambda: self._answered(act), within=40.0)

    def leases_run_out(self) -> None:
        """The dead driver's would in 20 seconds: the walk does not wait for that."""
        self.engagement.database["sagas"].update_many({"status": "running"}, {"$set": {"due_at": datetime.now(UTC)}})

    async def _answered(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Whoever asks while the saga is under way is told to ask again."""
        try:
            return (await act()) or True
        except ProblemError as error:
            if error.problem.kind is Kind.UNAVAILABLE:
                return None
            return error


@pytest.fixture
def walk(engagement: Engagement, mongo_url: str) -> Walk:
    return Walk(engagement, mongo_url)


def amounts(engagement: Engagement, kind: str) -> list[int]:
    """What Stripe has moved for us."""
    return sorted(one["amount"] for one in engagement.at_stripe(kind) if one.get("status", "succeeded") != "failed")


async def test_funding(engagement: Engagement, walk: Walk) -> None:
    points = ["saga.intent_created", "saga.step_recorded", "saga.intent_confirmed", "saga.step_recorded"]
    funded = await walk.through(points, lambda: engagement.fund(key="k", within=30.0))
    funded = await engagement.until(lambda view: view.status is EscrowStatus.FUNDED)
    assert await engagement.fund(key="k") == funded
    assert amounts(engagement, "charges") == [100_000]
    assert engagement.told() == {"escrow_funded": 1}
    engagement.check_ledger()


async def test_a_funding_that_is_declined(engagement: Engagement, walk: Walk) -> None:
    refusal = await walk.through(
        ["saga.intent_confirmed", "saga.intent_cancelled"], lambda: engagement.fund(method=DECLINED, key="k", within=30.0)
    )
    assert isinstance(refusal, ProblemError)
    assert refusal.problem.code == "payments.payment.declined"
    assert (await engagement.escrow()).status is EscrowStatus.UNFUNDED
    assert engagement.told() == {"funding_failed": 1}
    assert (await engagement.fund(key="another")).status is EscrowStatus.FUNDED
    engagement.check_ledger()


async def test_a_release_that_an_approval_began(engagement: Engagement, walk: Walk) -> None:
    await engagement.fund(0)
    await asyncio.to_thread(engagement.service.stop)  # the approval waits for the first that is to die of it
    await engagement.publish(WorkSubmitted(**engagement.work(0), attempt=1))
    await engagement.publish(SubmissionApproved(**engagement.work(0)))

    async def nothing_to_ask() -> bool:
        return (await engagement.escrow()).released.amount_minor == 54_000

    await walk.through(["saga.claimed", "saga.account_created", "saga.transfer_made"], nothing_to_ask)
    await engagement.until(lambda view: view.released.amount_minor == 54_000)
    assert amounts(engagement, "transfers") == [54_000]
    assert engagement.told() == {"escrow_funded": 1, "funds_released": 1}
    engagement.check_ledger()


async def test_a_refund(engagement: Engagement, walk: Walk) -> None:
    escrow = await engagement.fund()
    give_back = RefundEscrow(escrow_id=escrow.id, milestone_id=engagement.milestone_ids[0], reason="It did not work out.")
    await walk.through(["saga.refund_made"], lambda: engagement.ask(give_back, engagement.solver, key="k"))
    await engagement.until(lambda view: view.refunded.amount_minor == 60_000)
    assert amounts(engagement, "refunds") == [60_000]
    assert engagement.told() == {"escrow_funded": 1, "funds_refunded": 1}
    engagement.check_ledger()


async def test_a_taking_back(engagement: Engagement, walk: Walk) -> None:
    escrow = await engagement.fund(0)
    await engagement.publish(WorkSubmitted(**engagement.work(0), attempt=1))
    await engagement.publish(SubmissionApproved(**engagement.work(0)))
    await engagement.until(lambda view: view.released.amount_minor == 54_000)
    back = TakeBackRelease(escrow_id=escrow.id, milestone_id=engagement.milestone_ids[0], reason="The work was copied.")
    finance = new_id("user")
    await walk.through(["saga.transfer_reversed", "saga.refund_made"], lambda: engagement.ask(back, finance, key="k", roles=("finance",)))
    await engagement.until(lambda view: view.refunded.amount_minor == 60_000)
    await eventually(lambda: engagement.database["sagas"].count_documents({"status": "running"}) == 0, within=40.0)
    assert amounts(engagement, "refunds") == [60_000]
    assert [one["amount_reversed"] for one in engagement.at_stripe("transfers")] == [54_000]
    assert engagement.told() == {"escrow_funded": 1, "funds_released": 1, "release_taken_back": 1, "action_taken": 1, "funds_refunded": 1}
    engagement.check_ledger()


async def test_a_payout_and_the_webhook_about_it(engagement: Engagement, walk: Walk) -> None:
    await engagement.fund(0)
    await engagement.publish(WorkSubmitted(**engagement.work(0), attempt=1))
    await engagement.publish(SubmissionApproved(**engagement.work(0)))
    await engagement.until(lambda view: view.released.amount_minor == 54_000)
    payout = await walk.through(
        ["saga.payout_made"], lambda: engagement.ask(RequestPayout(amount=price(50_000)), engagement.solver, key="k")
    )
    assert isinstance(payout, PayoutView)
    await eventually(lambda: engagement.told()["payout_paid"] == 1, within=40.0)

    saga = engagement.database["sagas"].find_one({"kind": "payout"})
    assert saga is not None
    await walk.through(["saga.webhook_noted"], lambda: engagement.rpc.call(_webhook(saga["_id"]), idempotency_key="k"))
    await eventually(lambda: engagement.database["sagas"].count_documents({"status": "running"}) == 0, within=40.0)
    assert amounts(engagement, "payouts") == [50_000]
    assert engagement.told() == {"escrow_funded": 1, "funds_released": 1, "payout_requested": 1, "payout_paid": 1}
    engagement.check_ledger()


def _webhook(saga_id: str) -> ReceiveStripeWebhook:
    """As Stripe signs it (https://docs.stripe.com/webhooks#verify-manually)."""
    payload = json.dumps({"id": "evt_walk", "type": "payout.paid", "data": {"object": {"metadata": {"saga_id": saga_id}}}})
    moment = int(time.time())
    digest = hmac.new(b"whsec_test", f"{moment}.{payload}".encode(), hashlib.sha256).hexdigest()
    return ReceiveStripeWebhook(payload=payload, signature=f"t={moment},v1={digest}")
