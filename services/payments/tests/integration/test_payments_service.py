"""The service as a process, against a real broker and database and Stripe's stand-in."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pymongo
import pytest

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.base import Event
from contracts.challenges.events import ApplicationAccepted, SubmissionApproved, WorkSubmitted
from contracts.challenges.terms import MilestoneStatus, MilestoneView
from contracts.errors import ProblemError
from contracts.money import Price
from contracts.payments.commands import FundEscrow, ReceiveStripeWebhook, RefundEscrow, ReleaseEscrow, RequestPayout
from contracts.payments.queries import GetBalance, GetChallengeEscrow, GetPayout, ListPayouts
from contracts.payments.views import EscrowStatus, EscrowView, PayoutStatus
from local_platform.observing import eventually
from local_platform.publishing import Broker, connected
from local_platform.pytest_plugin import RunningService, RunService
from local_platform.tokens import TestTokens

VISA = "pm_card_visa"


@dataclass
class Engagement:
    """A challenger, a solver, and what they ask of the running service."""

    service: RunningService
    sandbox_url: str
    rpc: RpcClient
    broker: Broker
    tokens: TestTokens
    database: pymongo.database.Database[dict[str, Any]]
    challenger: str = field(default_factory=lambda: new_id("user"))
    solver: str = field(default_factory=lambda: new_id("user"))
    challenge_id: str = field(default_factory=lambda: new_id("challenge"))
    milestone_ids: tuple[str, ...] = field(default_factory=lambda: (new_id("milestone"), new_id("milestone")))
    sequence: int = 0

    async def accept(self) -> EscrowView:
        milestones = tuple(
            MilestoneView(id=id, title="A step", amount=price(amount), status=MilestoneStatus.AGREED)
            for id, amount in zip(self.milestone_ids, (60_000, 40_000), strict=True)
        )
        await self.publish(
            ApplicationAccepted(**self.subject(), application_id=new_id("application"), solver_id=self.solver, milestones=milestones)
        )
        view: EscrowView = await eventually(self.escrow_if_known)
        return view

    def subject(self) -> dict[str, str]:
        return {"challenge_id": self.challenge_id, "challenge_title": "A challenge", "challenger_id": self.challenger}

    def work(self, milestone: int) -> dict[str, str]:
        about = {"submission_id": new_id("submission"), "milestone_id": self.milestone_ids[milestone], "milestone_title": "A step"}
        return self.subject() | about | {"solver_id": self.solver}

    async def publish(self, event: Event) -> None:
        self.sequence += 1
        await self.broker.publish(event, sequence=self.sequence)

    async def escrow_if_known(self) -> EscrowView | None:
        try:
            return await self.escrow()
        except ProblemError as refusal:
            if refusal.problem.code != "payments.escrow.not_found":
                raise
            return None

    async def escrow(self) -> EscrowView:
        view: EscrowView = await self.ask(GetChallengeEscrow(challenge_id=self.challenge_id), self.challenger)
        return view

    async def ask(self, request: Any, user_id: str, *, key: str | None = None, within: float = 15.0, **claims: Any) -> Any:
        return await self.rpc.call(request, token=self.tokens.issue(user_id, **claims), idempotency_key=key, timeout=within)

    async def fund(self, milestone: int | None = None, *, method: str = VISA, key: str | None = None, within: float = 15.0) -> EscrowView:
        milestone_id = None if milestone is None else self.milestone_ids[milestone]
        command = FundEscrow(challenge_id=self.challenge_id, payment_method=method, milestone_id=milestone_id)
        view: EscrowView = await self.ask(command, self.challenger, key=key, within=within)
        return view

    async def until(self, condition: Callable[[EscrowView], bool]) -> EscrowView:
        async def met() -> EscrowView | None:
            view = await self.escrow()
            return view if condition(view) else None

        view: EscrowView = await eventually(met, within=40.0)
        return view

    def at_stripe(self, kind: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.sandbox_url}/_sandbox/stripe/{kind}", timeout=5) as answer:
            items: list[dict[str, Any]] = json.load(answer)["items"]
        return items

    def fault(self, **order: object) -> None:
        body = json.dumps({"provider": "stripe", **order}).encode()
        request = urllib.request.Request(f"{self.sandbox_url}/_sandbox/faults", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=5).close()

    def heal(self) -> None:
        urllib.request.urlopen(urllib.request.Request(f"{self.sandbox_url}/_sandbox/faults", method="DELETE"), timeout=5).close()

    def told(self) -> Counter[str]:
        """How often each kind of event was published."""
        return Counter(row["type"].split(".")[1] for row in self.database["outbox"].find())

    def check_ledger(self) -> None:
        """The journals sum to zero, and the stored balances are what they add up to."""
        sums: defaultdict[str, int] = defaultdict(int)
        for journal in self.database["journals"].find():
            for move in journal["moves"]:
                sums[move["source"]] -= move["amount"]
                sums[move["destination"]] += move["amount"]
        assert {row["_id"]: row["amount"] for row in self.database["balances"].find()} == dict(sums)
        assert sum(sums.values()) == 0


def price(amount: int) -> Price:
    return Price(amount_minor=amount, currency="EUR")


@pytest.fixture
def service(run_service: RunService, sandbox_url: str) -> RunningService:
    return run_service(
        "payments",
        PAYMENTS_STRIPE_API_KEY="sk_test_payments",
        PAYMENTS_STRIPE_API_BASE=sandbox_url,
        PAYMENTS_STRIPE_WEBHOOK_SECRET="whsec_test",
        PAYMENTS_RETRY_TIERS_S="[0.1, 0.2, 0.5]",
    )


@pytest.fixture
async def engagement(service: RunningService, sandbox_url: str, rpc: RpcClient, tokens: TestTokens, amqp_url: str, mongo_url: str) -> Any:
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        async with connected(amqp_url) as broker:
            engaged = Engagement(service, sandbox_url, rpc, broker, tokens, client[service.database])
            await engaged.accept()
            yield engaged


async def refused(answer: Awaitable[Any]) -> str:
    with pytest.raises(ProblemError) as refusal:
        await answer
    return refusal.value.problem.code


async def test_the_money_of_an_engagement_from_charge_to_bank(engagement: Engagement) -> None:
    funded = await engagement.fund(0)
    assert (funded.status, funded.held.amount_minor) == (EscrowStatus.FUNDED, 60_000)
    await engagement.fund(1)
    assert await refused(engagement.fund(0, key="another")) == "payments.milestone.already_funded"

    await engagement.publish(WorkSubmitted(**engagement.work(0), attempt=1))
    await engagement.publish(SubmissionApproved(**engagement.work(0)))
    await engagement.until(lambda view: view.released.amount_minor == 54_000)
    by_hand = ReleaseEscrow(escrow_id=funded.id, milestone_id=engagement.milestone_ids[1])
    released = await engagement.ask(by_hand, engagement.challenger)
    assert (released.status, released.released.amount_minor, released.fees.amount_minor) == (EscrowStatus.SETTLED, 90_000, 10_000)
    assert await engagement.ask(by_hand, engagement.challenger) == released

    payouts = [engagement.ask(RequestPayout(amount=price(50_000)), engagement.solver, key=key) for key in ("a", "a", "b")]
    answers = await asyncio.gather(*payouts, return_exceptions=True)
    assert len({answer.id for answer in answers if not isinstance(answer, BaseException)}) == 1
    assert [answer.problem.code for answer in answers if isinstance(answer, ProblemError)] == ["payments.balance.insufficient"] * sum(
        isinstance(answer, ProblemError) for answer in answers
    )
    rest = await engagement.ask(RequestPayout(amount=price(40_000)), engagement.solver)

    async def arrived() -> bool:
        view = await engagement.ask(GetPayout(payout_id=rest.id), engagement.solver)
        return view.status is PayoutStatus.PAID

    await eventually(arrived, within=40.0)
    page = await engagement.ask(ListPayouts(), engagement.solver)
    await eventually(lambda: engagement.told()["payout_paid"] == 2, within=40.0)
    assert sorted(payout.amount.amount_minor for payout in page.items) == [40_000, 50_000]
    (balance,) = (await engagement.ask(GetBalance(), engagement.solver)).balances
    assert (balance.available.amount_minor, balance.paid_out.amount_minor, balance.held.amount_minor) == (0, 90_000, 0)
    assert engagement.told() == {"escrow_funded": 2, "funds_released": 2, "payout_requested": 2, "payout_paid": 2}
    assert sorted(charge["amount"] for charge in engagement.at_stripe("charges") if charge["sandbox_account"] is None) == [40_000, 60_000]
    assert sorted(transfer["amount"] for transfer in engagement.at_stripe("transfers")) == [36_000, 54_000]
    engagement.check_ledger()


@pytest.mark.parametrize("key", ["one-key", None], ids=["one key", "no key"])
async def test_twenty_at_once_charge_once_and_get_equal_answers(engagement: Engagement, key: str | None) -> None:
    answers = await asyncio.gather(*(engagement.fund(key=key, within=60.0) for _ in range(20)), return_exceptions=True)

    views = [answer for answer in answers if isinstance(answer, EscrowView)]
    late = {answer.problem.code for answer in answers if isinstance(answer, ProblemError)}
    assert len(views) + sum(isinstance(answer, ProblemError) for answer in answers) == 20
    assert late <= (set() if key else {"payments.milestone.already_funded"})
    assert {view.model_dump_json() for view in views} == {views[0].model_dump_json()}
    assert views[0].held.amount_minor == 100_000
    assert [charge["amount"] for charge in engagement.at_stripe("charges")] == [100_000]
    assert engagement.told() == {"escrow_funded": 1}
    engagement.check_ledger()


async def test_a_decline_is_told_with_its_code(engagement: Engagement) -> None:
    with pytest.raises(ProblemError) as refusal:
        await engagement.fund(method="pm_card_chargeDeclinedInsufficientFunds")
    assert refusal.value.problem.code == "payments.payment.declined"
    assert [(error.pointer, error.detail) for error in refusal.value.problem.fields] == [("/payment_method", "insufficient_funds")]
    assert (await engagement.escrow()).status is EscrowStatus.UNFUNDED
    assert (await engagement.fund()).status is EscrowStatus.FUNDED


async def test_a_payer_satisfies_the_bank_at_the_link(engagement: Engagement) -> None:
    waiting = await engagement.fund(method="pm_card_authenticationRequired")
    assert waiting.status is EscrowStatus.REQUIRES_ACTION
    assert waiting.action_url
    await asyncio.to_thread(pass_authentication, waiting.action_url)
    funded = await engagement.until(lambda view: view.status is EscrowStatus.FUNDED)
    assert funded.action_url is None


def pass_authentication(url: str) -> None:
    class StayHere(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(StayHere)
    try:
        opener.open(url, urllib.parse.urlencode({"outcome": "complete"}).encode(), timeout=5).close()
    except urllib.error.HTTPError as answer:  # the redirect back to our return_url, which is not followed
        answer.close()


async def test_a_refund_goes_back_to_the_card(engagement: Engagement) -> None:
    funded = await engagement.fund()
    give_back = RefundEscrow(escrow_id=funded.id, amount=price(70_000), reason="It did not work out.")
    assert await refused(engagement.ask(give_back, engagement.challenger)) == "payments.escrow.refund_not_allowed"
    view = await engagement.ask(give_back, engagement.solver)
    assert (view.held.amount_minor, view.refunded.amount_minor) == (30_000, 70_000)
    assert sorted(refund["amount"] for refund in engagement.at_stripe("refunds")) == [10_000, 60_000]
    engagement.check_ledger()


async def test_who_may_see_and_do_what(engagement: Engagement) -> None:
    stranger, challenge_id = new_id("user"), engagement.challenge_id
    fund = FundEscrow(challenge_id=challenge_id, payment_method=VISA)
    assert await refused(engagement.ask(GetChallengeEscrow(challenge_id=challenge_id), stranger)) == "payments.escrow.not_found"
    assert await refused(engagement.ask(fund, stranger)) == "payments.escrow.not_found"
    assert await refused(engagement.ask(fund, engagement.solver)) == "payments.escrow.not_payer"
    assert await refused(engagement.ask(fund, engagement.challenger, email_verified=False)) == "payments.email_not_verified"
    assert (
        await engagement.ask(GetChallengeEscrow(challenge_id=challenge_id), stranger, roles=("finance",))
    ).status is EscrowStatus.UNFUNDED
    unsigned = ReceiveStripeWebhook(payload="{}", signature="t=1,v1=00")
    assert await refused(engagement.rpc.call(unsigned)) == "payments.webhook.bad_signature"


async def test_an_outage_leaves_it_funding_until_stripe_is_back(engagement: Engagement) -> None:
    engagement.fault(status=503, count=1000)
    assert (await engagement.fund(within=8.0)).status is EscrowStatus.FUNDING
    engagement.heal()
    await engagement.until(lambda view: view.held.amount_minor == 100_000)
    assert len(engagement.at_stripe("charges")) == 1


async def test_a_stripe_that_hangs_is_not_waited_for_past_the_deadline(engagement: Engagement) -> None:
    engagement.fault(delay_ms=12_000, count=10, path="/confirm")
    assert (await engagement.fund(within=7.0)).status is EscrowStatus.FUNDING
    engagement.heal()
    await engagement.until(lambda view: view.held.amount_minor == 100_000)
    assert len(engagement.at_stripe("charges")) == 1


async def test_killed_while_stripe_charges_it_comes_back_and_books_the_one_charge(engagement: Engagement) -> None:
    engagement.fault(delay_ms=1_500, path="/confirm")
    asking = asyncio.create_task(engagement.fund(key="k"))

    def confirming() -> bool:
        saga = engagement.database["sagas"].find_one()
        return saga is not None and saga["step"] == "confirm_intent"

    await eventually(confirming)
    engagement.service.kill()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    # The dead driver's lease would run out in 20 seconds: the test does not wait for that.
    engagement.database["sagas"].update_many({}, {"$set": {"due_at": datetime.now(UTC)}})
    engagement.service.restart()

    funded = await engagement.fund(key="k")
    funded = await engagement.until(lambda view: view.held.amount_minor == 100_000)
    assert funded.status is EscrowStatus.FUNDED
    assert [charge["amount"] for charge in engagement.at_stripe("charges") if charge["status"] == "succeeded"] == [100_000]
    assert engagement.told() == {"escrow_funded": 1}
    engagement.check_ledger()
