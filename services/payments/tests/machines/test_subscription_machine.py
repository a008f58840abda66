"""Anything that owners, finance, banks, outages and the clock may do, in any order: one charge a period, entitlements as the state says,
and money that adds up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from payments_fakes import Crash
from payments_subscribing import PLANS, VISA, Subscribing, case_of

from contracts.errors import DomainError
from contracts.payments.events import EntitlementChanged
from contracts.payments.subscription_views import BillStatus
from contracts.payments.subscription_views import SubscriptionStatus as Status
from contracts.payments.views import ChargebackStatus as Case
from payments.domain.chargeback import OPEN
from payments.domain.subscriptions.transitions import OVER, TRANSITIONS, Action
from payments.usecases.ports import IntentStatus, MovementStatus

METHODS = [VISA, VISA, "pm_card_authenticationRequired", "pm_bankDebit", "pm_card_chargeDeclined"]
plans = st.sampled_from([terms.plan_id for terms in PLANS])
crashes = st.none() | st.integers(0, 30)


def test_the_table_leads_out_of_no_end_and_reaches_every_state() -> None:
    assert not {status for status, _ in TRANSITIONS} & OVER
    assert {*TRANSITIONS.values(), Status.INCOMPLETE, Status.TRIALING} == set(Status)
    assert {action for _, action in TRANSITIONS} == set(Action)


def test_the_table_of_the_readme_is_the_table_that_runs() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text().partition("## Subscriptions")[2]
    rows = re.findall(r"^\| ([a-z_, ]+) \| ([a-z_]+) \| ([a-z_]+) \|$", readme, re.MULTILINE)
    documented = {(state, action): after for states, action, after in rows if action in set(Action) for state in states.split(", ")}
    assert documented == TRANSITIONS


class Consumer:
    """Who gates features by the events, which reach it in any order and more than once."""

    def __init__(self) -> None:
        self.latest: EntitlementChanged | None = None

    def hears(self, fact: EntitlementChanged) -> None:
        if self.latest is None or fact.revision > self.latest.revision:
            self.latest = fact


class SubscriptionMachine(RuleBasedStateMachine):
    """Every rule may meet an outage, a lost answer or the end of the process at any point."""

    @initialize(trial_days=st.sampled_from([0, 2, 14]))
    def begin(self, trial_days: int) -> None:
        self.world, self.consumer, self.webhooks = Subscribing(trial_days=trial_days), Consumer(), 0

    @rule(plan=plans, method=st.sampled_from(METHODS), crash=crashes)
    def start(self, plan: str, method: str, crash: int | None) -> None:
        self._try(lambda: self.world.start(plan, method), crash)

    @rule(plan=plans, crash=crashes)
    def change(self, plan: str, crash: int | None) -> None:
        self._act(lambda: self.world.change(plan), crash)

    @rule(crash=crashes)
    def cancel(self, crash: int | None) -> None:
        self._act(self.world.cancel, crash)

    @rule()
    def undo(self) -> None:
        self._act(self.world.undo, None)

    @rule(method=st.none() | st.sampled_from(METHODS), crash=crashes)
    def resume(self, method: str | None, crash: int | None) -> None:
        self._act(lambda: self.world.resume(method), crash)

    @rule(method=st.sampled_from(METHODS))
    def pay_with(self, method: str) -> None:
        self._act(lambda: self.world.pay_with(method), None)

    @rule(sure=st.integers(0, 9))
    def end(self, sure: int) -> None:
        if sure == 0:
            self._act(self.world.end, None)

    @rule(days=st.sampled_from([10, 40, 80]))
    def money_runs_out(self, days: int) -> None:
        """For long enough that nobody tries any more."""
        self.world.stripe.broke = {*METHODS}
        for _ in range(days):
            self.world.clock.advance(timedelta(days=1))
            self._try(self.world.turn, None)
        self.world.stripe.broke = set()

    @rule(data=st.data(), amount=st.none() | st.integers(1, 2_000), crash=crashes)
    def refund(self, data: st.DataObject, amount: int | None, crash: int | None) -> None:
        if self.world.bills:
            bill = data.draw(st.sampled_from(self.world.bills))
            self._try(lambda: self.world.refund(bill, amount), crash)

    @rule(hours=st.sampled_from([1, 25, 49, 24 * 8, 24 * 32, 24 * 100]), crash=crashes)
    def time_passes(self, hours: int, crash: int | None) -> None:
        if hours > 24:
            self.world.stripe.forget_keys()
        self.world.clock.advance(timedelta(hours=hours))
        self._try(self.world.turn, crash)
        self._try(self.world.turn, None)

    @rule()
    def two_replicas(self) -> None:
        self._try(self.world.turn_handler, None)
        self._try(self.world.turn, None)

    @rule(down=st.booleans(), mute=st.booleans(), broke=st.booleans())
    def weather(self, down: bool, mute: bool, broke: bool) -> None:
        self.world.stripe.down, self.world.stripe.mute = down, mute
        self.world.stripe.broke = {VISA} if broke else set()

    @rule(data=st.data(), success=st.booleans())
    def the_bank_decides(self, data: st.DataObject, success: bool) -> None:
        stripe = self.world.stripe
        waiting = [row for row in stripe.intents.values() if row.status in (IntentStatus.REQUIRES_ACTION, IntentStatus.PROCESSING)]
        if waiting:
            intent = data.draw(st.sampled_from(waiting))
            _ = stripe.succeed(intent.id) if success else stripe.become(intent.id, IntentStatus.UNCONFIRMED, code="card_declined")

    @rule(data=st.data(), status=st.sampled_from(Case), crash=crashes)
    def a_bank_takes_a_payment_back(self, data: st.DataObject, status: Case, crash: int | None) -> None:
        """Or asks, or decides; what it has decided stays so. A webhook that finds nobody comes again."""
        paid = [bill for bill in self.world.bills if bill.status is BillStatus.PAID]
        if not paid:
            return
        bill = data.draw(st.sampled_from(paid))
        known = self.world.stripe.disputes.get(case_of(bill))
        if known is not None and known.status not in OPEN:
            return
        self.webhooks += 1
        taken = status is not Case.INQUIRY or (known is not None and known.withdrawn)
        for dies_at in (crash, None):
            self._try(lambda: self.world.dispute(bill, status, f"evt_{self.webhooks}", withdrawn=taken), dies_at)

    @rule(data=st.data())
    def webhook(self, data: st.DataObject) -> None:
        """Of any charge there ever was, in any order and number."""
        sagas = list(self.world.memory.table("sagas").values())
        if sagas:
            saga = data.draw(st.sampled_from(sagas))
            self.webhooks += 1
            self._try(lambda: self.world.webhook(f"evt_{self.webhooks}", saga.id), None)

    @rule(data=st.data())
    def an_event_arrives(self, data: st.DataObject) -> None:
        told = self.world.events(EntitlementChanged)
        if told:
            self.consumer.hears(data.draw(st.sampled_from(told)))

    @invariant()
    def all_agrees(self) -> None:
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        """The storm is over: everything that was begun is decided, and who heard all events knows what is so."""
        if not hasattr(self, "world"):
            return
        stripe = self.world.stripe
        stripe.down = stripe.mute = False
        for id, dispute in stripe.disputes.items():
            if dispute.status in OPEN:
                stripe.disputes[id] = replace(dispute, status=Case.WON if len(stripe.disputes) % 2 else Case.LOST)
        for _ in range(80):
            for intent in list(stripe.intents.values()):
                if intent.status is IntentStatus.PROCESSING:
                    stripe.succeed(intent.id)
            for row in stripe.refunds.values():
                if row["status"] is MovementStatus.PENDING:
                    row["status"] = MovementStatus.SUCCEEDED
            if not self.world.running and not self.world.due:
                break
            self.world.clock.advance(timedelta(minutes=11))
            self.world.turn()
        assert (self.world.running, self.world.due) == ([], [])
        self.world.check()
        for fact in reversed(self.world.events(EntitlementChanged)):
            self.consumer.hears(fact)
        live = [row for row in self.world.subscriptions if not row.over]
        heard = self.consumer.latest.entitlements if self.consumer.latest else ()
        assert heard == (live[0].entitlement.names if live else ())

    def _act(self, work: Callable[[], object], crash: int | None) -> None:
        if self.world.subscriptions:
            self._try(work, crash)

    def _try(self, work: Callable[[], object], crash: int | None) -> None:
        self.world.crashes.arm(crash)
        try:
            work()
        except (DomainError, Crash):
            pass
        finally:
            self.world.crashes.arm(None)


TestSubscriptionMachine = SubscriptionMachine.TestCase
TestSubscriptionMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
