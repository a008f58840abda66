"""Credit for referrals and coupons that are ended, in the service as a process."""

from __future__ import annotations

from typing import Any

import pymongo
from test_subscriptions_service import started

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.identity.events import ReferralQualified
from contracts.money import Price
from contracts.payments.coupon_commands import CreateCoupon, EndCoupon
from contracts.payments.queries import GetBalance
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


async def test_a_referral_is_rewarded_once_and_what_finance_does_is_in_the_audit_log(
    run_service: RunService, sandbox_url: str, rpc: RpcClient, tokens: TestTokens, amqp_url: str, mongo_url: str
) -> None:
    service, referrer, finance = started(run_service, sandbox_url), new_id("user"), new_id("user")
    fact = {"referrer_id": referrer, "code": "7M3K9QXA", "challenge_id": new_id("challenge"), "qualified_at": "2031-01-01T00:00:00Z"}
    first, second = (ReferralQualified.model_validate(fact | {"user_id": new_id("user")}) for _ in range(2))

    async def credit() -> int:
        balance = await rpc.call(GetBalance(), token=tokens.issue(referrer), timeout=15.0)
        return sum(row.credit.amount_minor for row in balance.balances if row.credit is not None)

    async def rewarded() -> bool:
        return await credit() == 2_000

    async with connected(amqp_url) as broker:
        for sequence, event in enumerate((first, first, second, first)):  # each delivery under an id of its own
            await broker.publish(event, sequence=sequence + 1)
    await eventually(rewarded, within=30.0)

    async def ask(request: Any, key: str) -> Any:
        return await rpc.call(request, token=tokens.issue(finance, ("finance",)), idempotency_key=key, timeout=15.0)

    await ask(CreateCoupon(code="WELCOME", currency="EUR", amount=Price(amount_minor=500, currency="EUR")), "make")
    ended = await ask(EndCoupon(code="WELCOME", reason="It went round."), "end")
    again = await ask(EndCoupon(code="WELCOME", reason="It went round."), "end")
    assert ended.ended_at == again.ended_at is not None
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        database = client[service.database]
        acts = [(row["action"], row["target"], row["reason"], row["actor_id"]) for row in database["admin_actions"].find()]
        told = [row["type"] for row in database["outbox"].find()]
        journals = {row["_id"] for row in database["journals"].find()}
    assert acts == [("coupons.created", "WELCOME", None, finance), ("coupons.ended", "WELCOME", "It went round.", finance)]
    assert (told.count("payments.credit_granted.v1"), told.count("admin.action_taken.v1")) == (2, 2)
    assert journals == {f"referral_credit:{first.user_id}", f"referral_credit:{second.user_id}"}
    assert await credit() == 2_000
