"""Anything that people, banks and outages may do, in any order: no cent is lost, nothing happens twice, nothing stays undecided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from payments_bank import Bank
from payments_fakes import Crash

from contracts.errors import DomainError
from contracts.payments.events import EscrowFunded, FundsRefunded, FundsReleased, PayoutFailed, PayoutPaid, PayoutRequested
from payments.domain.ledger import AccountKind
from payments.usecases.ports import IntentStatus, MovementStatus

METHODS = ["pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", "pm_bankDebit"]
milestones = st.sampled_from([None, 0, 1])
amounts = st.integers(1, 70_000)


class MoneyMachine(RuleBasedStateMachine):
    """Every rule may meet an outage, a lost answer or the end of the process at any point."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = Bank()
        self.bank.accept()
        self.webhooks = 0

    @rule(milestone=milestones, method=st.sampled_from(METHODS), crash=st.integers(0, 30))
    def fund(self, milestone: int | None, method: str, crash: int) -> None:
        self._try(lambda: self.bank.fund(milestone, method=method), crash)

    @rule(milestone=st.sampled_from([0, 1]), crash=st.integers(0, 30))
    def release(self, milestone: int, crash: int) -> None:
        self._try(lambda: self.bank.release(milestone), crash)

    @rule(amount=amounts, crash=st.integers(0, 30))
    def release_amount(self, amount: int, crash: int) -> None:
        self._try(lambda: self.bank.release(amount=amount), crash)

    @rule(amount=amounts, crash=st.integers(0, 30))
    def refund_amount(self, amount: int, crash: int) -> None:
        self._try(lambda: self.bank.refund(amount=amount), crash)

    @rule(amount=amounts, crash=st.integers(0, 30))
    def pay_out(self, amount: int, crash: int) -> None:
        self._try(lambda: self.bank.pay_out(amount), crash)

    @rule(milestone=st.sampled_from([0, 1]), delivered=st.booleans())
    def work(self, milestone: int, delivered: bool) -> None:
        self._try(lambda: self.bank.deliver(milestone) if delivered else self.bank.approve(milestone), None)

    @rule()
    def cancel(self) -> None:
        self.bank.cancel()

    @rule(seconds=st.sampled_from([1, 5, 60, 4_000, 100_000]), crash=st.integers(0, 30))
    def time_passes(self, seconds: int, crash: int) -> None:
        if seconds > 86_400:
            self.bank.stripe.forget_keys()
        self._try(lambda: self.bank.resume(timedelta(seconds=seconds)), crash)

    @rule(down=st.booleans(), mute=st.booleans())
    def weather(self, down: bool, mute: bool) -> None:
        self.bank.stripe.down, self.bank.stripe.mute = down, mute

    @rule(status=st.sampled_from(MovementStatus))
    def refunds_become(self, status: MovementStatus) -> None:
        self.bank.stripe.refund_status = status

    @rule(status=st.sampled_from(MovementStatus))
    def payouts_become(self, status: MovementStatus) -> None:
        self.bank.stripe.payout_status = status

    @rule(data=st.data(), success=st.booleans())
    def the_bank_decides(self, data: st.DataObject, success: bool) -> None:
        stripe = self.bank.stripe
        waiting = [row for row in stripe.intents.values() if row.status in (IntentStatus.REQUIRES_ACTION, IntentStatus.PROCESSING)]
        if waiting:
            intent = data.draw(st.sampled_from(waiting))
            _ = stripe.succeed(intent.id) if success else stripe.become(intent.id, IntentStatus.UNCONFIRMED, code="card_declined")
        for row in (*stripe.refunds.values(), *stripe.payouts.values()):
            if row["status"] is MovementStatus.PENDING:
                row["status"] = MovementStatus.SUCCEEDED if success else MovementStatus.FAILED

    @rule(data=st.data())
    def webhook(self, data: st.DataObject) -> None:
        if self.bank.sagas:
            saga = data.draw(st.sampled_from(self.bank.sagas))
            self.webhooks += 1
            self._try(lambda: self.bank.webhook(f"evt_{self.webhooks}", saga.id), None)

    def teardown(self) -> None:
        """The storm is over: everything that was begun is decided, approved work is not left unpaid, and all sums agree."""
        self.bank.stripe.down = self.bank.stripe.mute = False
        self.the_outside_decides()
        for _ in range(60):
            if not self.bank.running:
                break
            self.bank.resume(timedelta(minutes=11))
            self.the_outside_decides()
        assert self.bank.running == []
        assert self.bank.escrow.due_for_release() == ()
        self.bank.check()
        self._events_tell_what_the_ledger_tells()

    def the_outside_decides(self) -> None:
        stripe = self.bank.stripe
        for intent in list(stripe.intents.values()):
            if intent.status is IntentStatus.PROCESSING:
                stripe.succeed(intent.id)
        for row in (*stripe.refunds.values(), *stripe.payouts.values()):
            if row["status"] is MovementStatus.PENDING:
                row["status"] = MovementStatus.SUCCEEDED

    @invariant()
    def nothing_is_lost(self) -> None:
        funded, held, released, refunded, fees = self.bank.sums()
        assert funded == held + released + refunded + fees
        assert held == self.bank.in_ledger(AccountKind.HELD)
        assert released == sum(self.bank.in_ledger(kind) for kind in (AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, AccountKind.BANK))

    def _events_tell_what_the_ledger_tells(self) -> None:
        bank = self.bank
        funded, _, released, refunded, fees = bank.sums()
        assert sum(fact.amount.amount_minor for fact in bank.events(EscrowFunded)) == funded
        assert sum(fact.net.amount_minor for fact in bank.events(FundsReleased)) == released
        assert sum(fact.fee.amount_minor for fact in bank.events(FundsReleased)) == fees
        assert sum(fact.amount.amount_minor for fact in bank.events(FundsRefunded)) == refunded
        ended = [fact.payout_id for kind in (PayoutPaid, PayoutFailed) for fact in bank.events(kind)]
        assert sorted(ended) == sorted(fact.payout_id for fact in bank.events(PayoutRequested))

    def _try(self, work: Callable[[], object], crash: int | None) -> None:
        self.bank.crashes.arm(crash)
        try:
            work()
        except (DomainError, Crash):
            pass
        finally:
            self.bank.crashes.arm(None)


TestMoneyMachine = MoneyMachine.TestCase
TestMoneyMachine.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
