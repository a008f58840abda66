"""Subscriptions on fakes: an owner, the plans, the clock, and the checks that must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from payments_bank import person, rerun
from payments_fake_stripe import FakeStripe
from payments_fake_wallets import FakeWallets
from payments_fakes import CrashPoints, FakeCalls, FakePatience, FakeWebhooks, Memory

from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.base import Event
from contracts.identity.roles import Role
from contracts.money import Price
from contracts.payments.commands import ReceiveStripeWebhook
from contracts.payments.events import EntitlementChanged, SubscriptionCharged, SubscriptionRefunded, SubscriptionRefundReturned
from contracts.payments.subscription_views import BillingInterval, BillStatus, PlanAudience, SubscriptionStatus, SubscriptionView
from contracts.payments.subscriptions import (
    CancelSubscription,
    ChangePlan,
    EndSubscription,
    RefundBill,
    ResumeSubscription,
    SetSubscriptionPaymentMethod,
    StartSubscription,
    UndoCancellation,
)
from contracts.payments.views import ChargebackStatus
from payments.domain.ledger import AccountKind, balances_of, verify_chain
from payments.domain.reconciliation import compared, joined, line_of, without_returned
from payments.domain.saga import Saga
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.plan import Terms, new_plan
from payments.domain.subscriptions.subscription import Subscription
from payments.usecases.cancel_subscription import CancelSubscriptionHandler
from payments.usecases.change_plan import ChangePlanHandler
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.earn_bills import EarnBillsHandler
from payments.usecases.end_subscription import EndSubscriptionHandler
from payments.usecases.ports import IntentStatus, MovementStatus
from payments.usecases.receive_stripe_webhook import ReceiveStripeWebhookHandler
from payments.usecases.refund_bill import RefundBillHandler
from payments.usecases.resume_sagas import ResumeSagasHandler
from payments.usecases.resume_subscription import ResumeSubscriptionHandler
from payments.usecases.resume_waiting_sagas import ResumeWaitingSagasHandler
from payments.usecases.sagas.runner import saga_runner
from payments.usecases.set_subscription_payment_method import SetSubscriptionPaymentMethodHandler
from payments.usecases.start_subscription import StartSubscriptionHandler
from payments.usecases.subscriptions.driving import ChargeDriver
from payments.usecases.turn_subscriptions import TurnSubscriptionsHandler
from payments.usecases.undo_cancellation import UndoCancellationHandler

START = datetime(2031, 1, 31, 12, 0, tzinfo=UTC)
VISA = "pm_card_visa"
SET = {"plus": ("matching.priority",), "pro": ("analytics.own", "matching.priority"), "team": ("organisation.branding",)}
T = TypeVar("T")
E = TypeVar("E", bound=Event)


def terms(name: str, interval: BillingInterval, price: int, rank: int, *, audience: PlanAudience = PlanAudience.EXPERT) -> Terms:
    """A plan `name-month` or `name-year`."""
    return Terms(f"{name}-{interval}", name.title(), audience, interval, price, "EUR", rank, SET.get(name, SET["plus"]))


PLANS = (
    terms("plus", BillingInterval.MONTH, 900, 10),
    terms("plus", BillingInterval.YEAR, 9_000, 10),
    terms("pro", BillingInterval.MONTH, 1_900, 20),
    terms("pro", BillingInterval.YEAR, 19_000, 20),
    terms("team", BillingInterval.MONTH, 4_900, 10, audience=PlanAudience.ORGANISATION),
)


def case_of(bill: Bill) -> str:
    """The processor's id of the dispute about it."""
    return f"du_{bill.id.replace('_', '')}"


class Subscribing:
    def __init__(self, *, trial_days: int = 0) -> None:
        self.crashes = CrashPoints()
        self.memory, self.stripe = Memory(crashes=self.crashes), FakeStripe(self.crashes)
        self.clock, self.calls, self.wallets = FixedClock(START), FakeCalls(), FakeWallets()
        self.patience, self.open = FakePatience(), True
        self.owner, self.finance, self.counted = person(Role.EXPERT), person(Role.FINANCE), 0
        customer = self.wallets.create_customer(self.owner.user_id, key="customer")
        for method in (VISA, "pm_card_authenticationRequired", "pm_bankDebit", "pm_card_chargeDeclined", "pm_card_other"):
            self.wallets.attach(customer, method, key=method)
        with self.memory.unit_of_work() as work:
            work.customers.add(self.owner.user_id, customer, START)
            for one in PLANS:
                work.plans.put(new_plan(one, trial_days=trial_days, offered=True))
        uow, now = self.memory.unit_of_work, self.clock.now
        self.runner = saga_runner(uow, self.stripe, new_id, now)
        self.charges = ChargeDriver(uow, self.runner, self.calls, self.patience)
        self.start_handler = StartSubscriptionHandler(self.charges, self.wallets, lambda _: self.open, new_id, now)
        self.change_handler = ChangePlanHandler(self.charges, new_id, now)
        self.resume_handler = ResumeSubscriptionHandler(self.charges, self.wallets, new_id, now)
        self.method_handler = SetSubscriptionPaymentMethodHandler(uow, self.wallets)
        self.cancel_handler = CancelSubscriptionHandler(uow, now)
        self.undo_handler = UndoCancellationHandler(uow)
        self.end_handler = EndSubscriptionHandler(uow, now)
        self.refund_handler = RefundBillHandler(uow, self.runner, self.calls, new_id, now)
        self.webhook_handler = ReceiveStripeWebhookHandler(uow, FakeWebhooks(), self.stripe, self.runner, self.calls, now)
        self.turn_handler = TurnSubscriptionsHandler(uow, rerun, new_id, now)
        self.earn_handler = EarnBillsHandler(uow, rerun, now)
        self.sagas_handler = ResumeSagasHandler(uow, self.runner, rerun, new_id, now)
        self.waiting_handler = ResumeWaitingSagasHandler(uow, self.sagas_handler, now)

    # what people do

    def start(
        self, plan: str = "plus-month", method: str = VISA, *, key: str | None = None, by: Principal | None = None
    ) -> SubscriptionView:
        command = StartSubscription(plan_id=plan, payment_method=method)
        return self.call(lambda: self.start_handler(command, by or self.owner), key)

    def change(self, plan: str, *, key: str | None = None, by: Principal | None = None) -> SubscriptionView:
        command = ChangePlan(subscription_id=self.subscription.id, plan_id=plan)
        return self.call(lambda: self.change_handler(command, by or self.owner), key)

    def cancel(self, by: Principal | None = None) -> SubscriptionView:
        command = CancelSubscription(subscription_id=self.subscription.id)
        return self.call(lambda: self.cancel_handler(command, by or self.owner), None)

    def undo(self, by: Principal | None = None) -> SubscriptionView:
        return self.call(lambda: self.undo_handler(UndoCancellation(subscription_id=self.subscription.id), by or self.owner), None)

    def resume(self, method: str | None = None, *, key: str | None = None, by: Principal | None = None) -> SubscriptionView:
        command = ResumeSubscription(subscription_id=self.subscription.id, payment_method=method)
        return self.call(lambda: self.resume_handler(command, by or self.owner), key)

    def pay_with(self, method: str, by: Principal | None = None) -> SubscriptionView:
        command = SetSubscriptionPaymentMethod(subscription_id=self.subscription.id, payment_method=method)
        return self.call(lambda: self.method_handler(command, by or self.owner), None)

    def end(self, by: Principal | None = None) -> SubscriptionView:
        command = EndSubscription(subscription_id=self.subscription.id, reason="Asked for by mail.")
        return self.call(lambda: self.end_handler(command, by or self.finance), None)

    def refund(self, bill: Bill, amount: int | None = None, *, key: str | None = None, by: Principal | None = None) -> Any:
        price = None if amount is None else Price(amount_minor=amount, currency="EUR")
        command = RefundBill(bill_id=bill.id, amount=price, reason="It was not wanted.")
        return self.call(lambda: self.refund_handler(command, by or self.finance), key)

    def dispute(self, bill: Bill, status: ChargebackStatus, event: str, *, withdrawn: bool = True, amount: int | None = None) -> None:
        """The payer's bank has a dispute about this bill in this state, and a webhook says so."""
        id, charge = case_of(bill), bill.charge.charge_id if bill.charge else "ch_pi_0"
        amount = bill.amount if amount is None else amount
        self.stripe.disputes[id] = Dispute(id, status, amount, bill.currency, charge, None, "fraudulent", None, withdrawn, bill.id)
        command = ReceiveStripeWebhook(payload=f"{event},charge.dispute.updated,{id}", signature="good")
        self.call(lambda: self.webhook_handler(command), None)

    def webhook(self, event_id: str, saga_id: str) -> None:
        command = ReceiveStripeWebhook(payload=f"{event_id},payment_intent.succeeded,{saga_id}", signature="good")
        self.call(lambda: self.webhook_handler(command), None)

    def call(self, work: Callable[[], T], key: str | None) -> T:
        """One RPC call: it has a driver of its own, and without a key, one of its own too."""
        self.counted += 1
        self.calls.run = self.counted
        self.calls.call_key = key or self.calls.driver()
        return rerun(work)

    # time

    def turn(self) -> None:
        """What the timers of one replica do."""
        self.turn_handler()
        self.sagas_handler()
        self.waiting_handler()
        self.earn_handler()

    def until(self, moment: datetime) -> None:
        """Let time pass up to this moment, an hour or more at a step, with the timers at work."""
        while self.clock.now() < moment:
            self.clock.advance(min(timedelta(hours=6), moment - self.clock.now()))
            self.settle()

    def settle(self) -> None:
        """Let the timers run until nothing is under way and nothing is due."""
        for _ in range(200):
            self.turn()
            if not self.due and not any(saga.due_at <= self.clock.now() for saga in self.running):
                return
        raise AssertionError(f"undecided: {self.running}")

    # what is to be seen

    @property
    def due(self) -> list[Subscription]:
        return [row for row in self.subscriptions if row.turn(self.clock.now()) is not None]

    @property
    def subscriptions(self) -> list[Subscription]:
        return sorted(self.memory.table("subscriptions").values(), key=lambda row: row.id)

    @property
    def subscription(self) -> Subscription:
        """The latest."""
        return self.subscriptions[-1]

    @property
    def bills(self) -> list[Bill]:
        return sorted(self.memory.table("bills").values(), key=lambda row: row.id)

    @property
    def paid(self) -> list[tuple[str, int]]:
        """From when, and how much, in the order they were paid."""
        return [(fact.period_start.strftime("%Y-%m-%d"), fact.amount.amount_minor) for fact in self.events(SubscriptionCharged)]

    @property
    def running(self) -> list[Saga]:
        return [saga for saga in self.memory.table("sagas").values() if saga.running]

    def events(self, kind: type[E]) -> list[E]:
        return [event for event in self.memory.events if isinstance(event, kind)]

    def entitled(self) -> tuple[str, ...]:
        """As who gates features knows it: the highest revision counts, whatever the order, and not beyond its end."""
        told = self.events(EntitlementChanged)
        last = max(told, key=lambda fact: fact.revision, default=None)
        if last is None or last.valid_until is None or last.valid_until <= self.clock.now():
            return ()
        return last.entitlements

    def in_ledger(self, kind: AccountKind) -> int:
        return sum(row.amount for row in self.memory.table("balances").values() if row.account.kind is kind)

    def check(self) -> None:
        """One charge a bill and a period, money adds up, and everybody is told what is so."""
        self._check_money()
        live = [row for row in self.subscriptions if not row.over]
        assert len(live) <= 1
        revisions = [fact.revision for fact in self.events(EntitlementChanged)]
        assert revisions == list(range(1, len(revisions) + 1))
        self._check_entitlement(live)
        for subscription in self.subscriptions:
            self._check_periods([bill for bill in self.bills if bill.subscription_id == subscription.id])

    def _check_entitlement(self, live: list[Subscription]) -> None:
        told = self.events(EntitlementChanged)[-1:]
        names = told[0].entitlements if told else ()
        expected: tuple[str, ...] = ()
        if live and live[0].status in (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE):
            expected = live[0].terms.entitlements
        assert names == expected

    def _check_periods(self, bills: list[Bill]) -> None:
        """No moment is paid for twice: whole periods follow each other, and upgrades fill what is left of one."""
        paid = sorted((bill for bill in bills if bill.status is BillStatus.PAID and bill.period_key), key=lambda bill: bill.period_start)
        assert all(earlier.period_end <= later.period_start for earlier, later in pairwise(paid))
        starts = [bill.period_start for bill in bills if bill.period_key]
        assert len(starts) == len(set(starts))

    def _check_money(self) -> None:
        journals = list(self.memory.table("journals").values())
        stored = {row.account: row.amount for row in self.memory.table("balances").values() if row.amount}
        assert stored == dict(balances_of(journals))
        for book_id in self.memory.table("books"):
            verify_chain(sorted((row for row in journals if row.book == book_id), key=lambda row: row.number))
        charged = [intent for intent in self.stripe.intents.values() if intent.status is IntentStatus.SUCCEEDED]
        billed = {self.stripe.bill_of(intent.id) for intent in charged}
        assert len(billed) == len(charged)  # never two charges of one bill
        paid = [bill for bill in self.bills if bill.status is BillStatus.PAID]
        refunds = [row["amount"] for row in self.stripe.refunds.values() if row["status"] is MovementStatus.SUCCEEDED]
        if not self.running:
            assert billed == {bill.id for bill in paid}
            assert sum(refunds) == sum(bill.refunded for bill in paid)
            self._check_reconciliation(journals)
        assert -self.in_ledger(AccountKind.PAYER) == sum(bill.amount - bill.refunded for bill in paid)
        assert self.in_ledger(AccountKind.DEFERRED) == sum(bill.kept for bill in paid if not bill.earned)
        assert self.in_ledger(AccountKind.REVENUE) == sum(bill.kept for bill in paid if bill.earned)
        taken = [row for row in self.memory.table("bill_chargebacks").values() if row.taken and row.status is not ChargebackStatus.WON]
        assert self.in_ledger(AccountKind.CHARGEBACK) == sum(row.amount for row in taken) == sum(bill.charged_back for bill in paid)
        assert -self.in_ledger(AccountKind.LOSSES) == sum(max(0, bill.refunded + bill.charged_back - bill.amount) for bill in paid)
        told, taken_back = (
            sum(fact.amount.amount_minor for fact in self.events(kind)) for kind in (SubscriptionRefunded, SubscriptionRefundReturned)
        )
        assert told - taken_back == sum(bill.refunded for bill in self.bills)

    def _check_reconciliation(self, journals: list[Any]) -> None:
        ours = joined(line for journal in journals if (line := line_of(journal)) is not None)
        theirs = without_returned(joined(self.stripe.lines()), ours)
        assert [compared(ours.get(place) or theirs[place], theirs.get(place)) for place in {*ours, *theirs} if place in ours] == [
            None for _ in ours
        ]
        assert set(theirs) == set(ours)
