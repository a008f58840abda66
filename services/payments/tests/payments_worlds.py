"""What lies outside of payments in a storm: the processor and the banks behind it, as a fake and as the sandbox with Stripe's own SDK."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from aiohttp import web
from payments_fake_stripe import ASKED, ENABLED, FakeStripe
from payments_fakes import FakeWebhooks

from chassis.ids import new_id
from contracts.payments.commands import ReceiveStripeWebhook
from contracts.payments.views import ChargebackStatus
from payments.adapters.stripe_books import StripeBooks
from payments.adapters.stripe_client import stripe_client
from payments.adapters.stripe_provider import StripeProvider
from payments.adapters.stripe_webhooks import StripeWebhooks
from payments.domain.currencies import step_of
from payments.domain.reconciliation import Line
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.ports import IntentStatus, MovementStatus, PaymentProvider, Webhooks

T = TypeVar("T")
DAY = timedelta(days=1)


class World(Protocol):
    """`methods` are the ways to pay, by what becomes of them; `largest` is the most that can be charged, more or less."""

    methods: tuple[str, ...]
    largest: int

    @property
    def provider(self) -> PaymentProvider: ...
    @property
    def webhooks(self) -> Webhooks: ...
    @property
    def now(self) -> datetime: ...
    def news(self) -> list[ReceiveStripeWebhook]:
        """Every webhook that it has sent so far; they arrive when, and as often as, the storm lets them."""
        ...

    def forged(self) -> ReceiveStripeWebhook: ...
    def passes(self, time: timedelta) -> None: ...
    def weather(self, chance: random.Random) -> None:
        """From now on banks do otherwise."""
        ...

    def decide(self, chance: random.Random) -> None:
        """Payers and banks do what they were asked for, well or badly."""
        ...

    def charge_back(self, chance: random.Random, *, parts: bool) -> None:
        """A payer's bank takes a payment back, or a part of one."""
        ...

    def end(self) -> None:
        """Nobody outside takes any more time."""
        ...

    def lines(self) -> Iterator[Line]:
        """The balance transactions of the platform."""
        ...

    def paid_out(self) -> int:
        """What has arrived at people's banks."""
        ...


class FakeWorld:
    methods = ("pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", "pm_bankDebit")
    largest = 10**12  # the most that an amount can be
    webhooks = FakeWebhooks()

    def __init__(self) -> None:
        self.provider = FakeStripe()
        self.now = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)

    def news(self) -> list[ReceiveStripeWebhook]:
        told = enumerate(self.provider.told)
        return [ReceiveStripeWebhook(payload=f"evt_{number},{type_},{subject}", signature="good") for number, (type_, subject) in told]

    def forged(self) -> ReceiveStripeWebhook:
        return ReceiveStripeWebhook(payload="evt_forged,payment_intent.succeeded,saga_1", signature="bad")

    def passes(self, time: timedelta) -> None:
        if time >= DAY:
            self.provider.forget_keys()

    def weather(self, chance: random.Random) -> None:
        self.provider.refund_status, self.provider.payout_status = (chance.choice(list(MovementStatus)) for _ in range(2))
        self.provider.onboard(chance.choice((ENABLED, ENABLED, ASKED)))

    def decide(self, chance: random.Random) -> None:
        stripe, good = self.provider, chance.random() < 0.7
        for intent in list(stripe.intents.values()):
            if intent.status in (IntentStatus.REQUIRES_ACTION, IntentStatus.PROCESSING):
                _ = stripe.succeed(intent.id) if good else stripe.become(intent.id, IntentStatus.UNCONFIRMED, code="card_declined")
        self._arrive(MovementStatus.SUCCEEDED if good else MovementStatus.FAILED)
        self._rule(chance.random() < 0.5)

    def charge_back(self, chance: random.Random, *, parts: bool) -> None:
        stripe = self.provider
        charged = [row for row in stripe.intents.values() if row.status is IntentStatus.SUCCEEDED]
        if not charged:
            return
        intent = chance.choice(charged)
        step = step_of(intent.currency)
        dispute = Dispute(
            id=f"du_{intent.id}",
            status=ChargebackStatus.NEEDS_RESPONSE,
            amount=chance.randint(1, intent.amount // step) * step if parts else intent.amount,
            currency=intent.currency,
            charge_id=intent.charge_id or "",
            escrow_id=stripe.escrow_of(intent.id),
            reason="fraudulent",
            evidence_due_by=None,
            withdrawn=True,
        )
        if stripe.disputes.setdefault(dispute.id, dispute) is dispute:
            stripe.told.append(("charge.dispute.created", dispute.id))

    def end(self) -> None:
        stripe = self.provider
        stripe.refund_status = stripe.payout_status = MovementStatus.SUCCEEDED
        stripe.onboard()
        for intent in list(stripe.intents.values()):
            if intent.status is IntentStatus.PROCESSING:
                stripe.succeed(intent.id)
        self._arrive(MovementStatus.SUCCEEDED)
        self._rule(won=False)

    def lines(self) -> Iterator[Line]:
        return self.provider.lines()

    def paid_out(self) -> int:
        return sum(row["amount"] for row in self.provider.payouts.values() if row["status"] is MovementStatus.SUCCEEDED)

    def _arrive(self, status: MovementStatus) -> None:
        for row in (*self.provider.refunds.values(), *self.provider.payouts.values()):
            if row["status"] is MovementStatus.PENDING:
                row["status"] = status

    def _rule(self, won: bool) -> None:
        disputes = self.provider.disputes
        for id, dispute in list(disputes.items()):
            if dispute.status is ChargebackStatus.NEEDS_RESPONSE:
                disputes[id] = replace(dispute, status=ChargebackStatus.WON if won else ChargebackStatus.LOST)
                self.provider.told.append(("charge.dispute.closed", id))


class SandboxWorld:
    """The sandbox's Stripe, spoken to over HTTP; its clock and its banks are moved from within, so that a seed makes one storm."""

    methods = (
        *("pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", "pm_success_de", "pm_failed_de"),
        *("pm_card_pendingRefund", "pm_card_refundFail", "pm_card_createDispute"),
    )
    largest = 10**7

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop, api: Any) -> None:
        self._loop, self._api = loop, api
        self._client = stripe_client("sk_test_storm", url, lambda: None)
        self.provider = StripeProvider(self._client, "https://openchance.example/")
        self.webhooks = StripeWebhooks(api.settings.webhook_secret)
        self._events: list[str] = []
        self._inside(api.storage.clear)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self._inside(self._api.clock.time), UTC)

    def news(self) -> list[ReceiveStripeWebhook]:
        return [self._signed(payload) for payload in self._inside(self._payloads)]

    def forged(self) -> ReceiveStripeWebhook:
        return self._signed('{"id": "evt_forged", "type": "payment_intent.succeeded", "data": {"object": {}}}', age=3_600)

    def passes(self, time: timedelta) -> None:
        self._inside(lambda: self._pass(time.total_seconds()))

    def weather(self, chance: random.Random) -> None:
        failure, onboarded = chance.choice((None, None, "account_closed")), chance.random() < 0.7
        self._inside(lambda: self._accounts(failure, onboarded))

    def decide(self, chance: random.Random) -> None:
        good, word = chance.random() < 0.7, chance.choice(("winning_evidence", "losing_evidence"))
        self._inside(lambda: self._authenticate(good))
        self._answer_disputes(word)
        self.passes(timedelta(minutes=5))

    def charge_back(self, chance: random.Random, *, parts: bool) -> None:
        """A card does it by itself."""

    def end(self) -> None:
        self._inside(lambda: self._accounts(None, True))
        self._answer_disputes("losing_evidence")
        self.passes(timedelta(minutes=5))

    def lines(self) -> Iterator[Line]:
        return StripeBooks(self._client).lines(self.now - 400 * DAY, self.now + DAY)

    def paid_out(self) -> int:
        return sum(payout["amount"] for payout in self._inside(lambda: self._all("payout")) if payout["status"] == "paid")

    def _inside(self, work: Callable[[], T]) -> T:
        """In the sandbox's own thread, between two of its calls."""

        async def there() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(30)

    def _signed(self, payload: str, age: int = 0) -> ReceiveStripeWebhook:
        from sandbox.stripe.webhooks import sign

        return ReceiveStripeWebhook(payload=payload, signature=sign(payload, self._api.settings.webhook_secret, int(time.time()) - age))

    def _payloads(self) -> list[str]:
        sql = "SELECT body FROM objects WHERE kind = 'event' ORDER BY position LIMIT -1 OFFSET ?"
        self._events += [row["body"] for row in self._api.storage.execute(sql, len(self._events))]
        return self._events

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(row["body"]) for row in self._api.storage.execute("SELECT body FROM objects WHERE kind = ?", kind)]

    def _pass(self, seconds: float) -> None:
        from sandbox.stripe import jobs

        with self._api.storage.transaction():
            self._api.clock.advance(seconds)
        jobs.run_due(self._api.platform())

    def _accounts(self, failure: str | None, onboarded: bool) -> None:
        """What becomes of payouts from now on, and whether people have told all that Stripe wants to know."""
        platform = self._api.platform()
        for account in self._all("account"):
            was = account["payouts_enabled"]
            account["payouts_enabled"] = onboarded
            account["capabilities"] = dict.fromkeys(account["capabilities"], "active" if onboarded else "inactive")
            for bank in account["external_accounts"]["data"]:
                bank["_payout_failure"] = failure
            with self._api.storage.transaction():
                self._api.storage.save(account)
                if was is not onboarded:
                    platform.on_behalf_of(account["id"]).emit("account.updated", account)

    def _authenticate(self, good: bool) -> None:
        from sandbox.stripe.payment_attempt import authenticated

        for intent in self._all("payment_intent"):
            if intent["status"] == "requires_action":
                with self._api.storage.transaction():
                    authenticated(self._api.platform(), intent, passed=good)

    def _answer_disputes(self, word: str) -> None:
        for dispute in self._inside(lambda: self._all("dispute")):
            if dispute["status"] == "needs_response":
                self.provider.submit_evidence(dispute["id"], word, key=new_id("saga"))


@contextmanager
def sandbox_worlds() -> Iterator[Callable[[], SandboxWorld]]:
    """A sandbox in a thread of this process, and the maker of worlds in it: each begins empty, one at a time."""
    from sandbox.clock import Clock
    from sandbox.faults import Faults
    from sandbox.settings import Settings
    from sandbox.storage import Storage
    from sandbox.stripe.api import StripeApi

    loop, ready, address = asyncio.new_event_loop(), threading.Event(), {}
    settings = Settings(settlement_seconds=600, debit_seconds=300, payout_seconds=60)

    async def serve() -> None:
        storage = Storage(None)
        api = StripeApi(storage, Clock(storage), settings, Faults())
        app = web.Application()
        app.add_routes([web.route("*", "/v1/{path:.*}", api.handle)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address["url"], address["api"], address["runner"] = f"http://127.0.0.1:{runner.addresses[0][1]}", api, runner
        ready.set()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(serve(), loop)
    if not ready.wait(30):
        raise TimeoutError("the sandbox does not listen")
    try:
        yield lambda: SandboxWorld(address["url"], loop, address["api"])
    finally:
        asyncio.run_coroutine_threadsafe(address["runner"].cleanup(), loop).result(30)
        asyncio.run_coroutine_threadsafe(_closed(address["api"].storage), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _closed(storage: Any) -> None:
    storage.close()
