"""People's own accounts against the ledger: every payout that left, came back, was asked for by nobody or never arrived is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from payments_bank import START, Bank
from structlog.testing import capture_logs
from test_reconcile_day import DAY, FakeBooks

from contracts.money import SignedMoney
from contracts.payments.commands import ReconcileDay
from payments.domain.errors import ProviderUnavailable
from payments.domain.payout_account import GONE, PayoutAccount
from payments.domain.reconciliation import Line, PayoutMovement
from payments.domain.saga import PayoutOrder
from payments.usecases.ports import MovementStatus
from payments.usecases.reconcile_day import ReconcileDayHandler

HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Teller:
    """A solver with 54000 available, and the books of the solver's account, in which tests write what they plant."""

    bank: Bank
    books: FakeBooks = field(default_factory=FakeBooks)

    def pay_out(self, amount: int = 10_000, *, planted: int | None = None, at: datetime | None = None, currency: str = "EUR") -> None:
        """The ledger's payout of an amount, of which the account's books tell `planted` instead; 0: nothing."""
        self.bank.pay_out(amount)
        booked = amount if planted is None else planted
        if booked:
            self.book(-booked, "payout", self.saga_id, at, currency)

    def book(self, amount: int, type_: str, saga_id: str | None, at: datetime | None = None, currency: str = "EUR") -> None:
        movement = PayoutMovement(saga_id, amount, currency, f"txn_{len(self.books.paid_out)}", type_)
        self.books.paid_out.append((at or self.bank.clock.now(), "acct_1", movement))

    def comes_back(self, *, booked: bool = True, at: datetime | None = None) -> None:
        """The bank refuses the latest payout, and the ledger hears of it."""
        if booked:
            self.book(10_000, "payout_failure", self.saga_id, at)
        self.bank.stripe.payouts[list(self.bank.stripe.payouts)[-1]]["status"] = MovementStatus.FAILED
        self.bank.resume(HOUR)

    @property
    def saga_id(self) -> str:
        return [saga.id for saga in self.bank.sagas if isinstance(saga.order, PayoutOrder)][-1]

    def told(self, day: int = 0, *, after: timedelta = 3 * A_DAY) -> list[tuple[str, str | None, int | None, int | None]]:
        """The differences of a day, told some days later: of which kind, of which journal, how much here and there."""
        now = lambda: START + after  # noqa: E731
        handler = ReconcileDayHandler(self.bank.memory.unit_of_work, self.books, self.books, now)
        self.matched = (view := handler(ReconcileDay(day=DAY + day * A_DAY), self.bank.finance)).matched
        return [(one.kind.value, _kind(one.journal), _minor(one.in_ledger), _minor(one.at_stripe)) for one in view.differences]


def _kind(key: str | None) -> str | None:
    return key and key.partition(":")[0]


def _minor(amount: SignedMoney | None) -> int | None:
    return amount.amount_minor if amount else None


@pytest.fixture
def teller(bank: Bank) -> Teller:
    bank.fund()
    bank.release(0)
    kinds = {"fund": ("ch_1", "charge", 100_000), "release": ("tr_1", "transfer", -54_000)}
    booked = [
        (START, Line(key, kinds[kind][2], "EUR", *kinds[kind][:2]))
        for key in bank.memory.table("journals")
        if (kind := key.partition(":")[0]) in kinds
    ]
    return Teller(bank, FakeBooks(booked))


def test_payouts_that_agree_are_counted_and_not_told(teller: Teller) -> None:
    teller.pay_out()
    teller.pay_out(20_000)
    assert (teller.told(), teller.matched) == ([], 4)


@pytest.mark.parametrize("planted", [9_999, 10_001, 20_000])
def test_another_amount_is_told_to_the_cent(teller: Teller, planted: int) -> None:
    teller.pay_out(planted=planted)
    assert teller.told() == [("amount", "payout_begun", -10_000, -planted)]


def test_paid_twice_is_told(teller: Teller) -> None:
    teller.pay_out()
    teller.book(-10_000, "payout", teller.saga_id)
    assert teller.told() == [("amount", "payout_begun", -10_000, -20_000)]


def test_another_currency_is_told_on_both_sides(teller: Teller) -> None:
    teller.pay_out(currency="USD")
    assert sorted(teller.told(), key=str) == [
        ("missing_at_stripe", "payout_begun", -10_000, None),
        ("missing_in_ledger", "payout_begun", None, -10_000),
    ]


def test_what_never_left_is_told_while_the_ledger_holds_it_for_sent(teller: Teller) -> None:
    teller.pay_out(planted=0)
    assert teller.told() == [("missing_at_stripe", "payout_begun", -10_000, None)]


def test_a_payout_that_nobody_asked_us_for_is_told(teller: Teller) -> None:
    teller.book(-7_000, "payout", None)
    teller.book(-8_000, "payout", "saga_unknown")
    assert teller.told() == [("missing_in_ledger", "payout", None, -7_000), ("missing_in_ledger", "payout", None, -8_000)]


def test_a_payout_out_of_anothers_account_is_told(teller: Teller) -> None:
    """It names a payout of ours, but the money left somebody else's account."""
    teller.pay_out(planted=0)
    with teller.bank.memory.unit_of_work() as work:
        account = work.payout_accounts.get(teller.bank.solver.user_id)
        assert account is not None
        work.payout_accounts.add(replace(account, user_id=teller.bank.challenger.user_id, account_id="acct_2"))
    movement = PayoutMovement(teller.saga_id, -10_000, "EUR", "txn_1", "payout")
    teller.books.paid_out.append((START, "acct_2", movement))
    assert sorted(teller.told(), key=str) == [
        ("missing_at_stripe", "payout_begun", -10_000, None),
        ("missing_in_ledger", "payout", None, -10_000),
    ]


def test_what_came_back_agrees(teller: Teller) -> None:
    teller.pay_out()
    teller.comes_back()
    assert (teller.told(), teller.matched) == ([], 4)


def test_given_back_here_though_the_bank_paid_is_told(teller: Teller) -> None:
    """The next payout would send the same money again."""
    teller.pay_out()
    teller.comes_back(booked=False)
    assert teller.told() == [("missing_at_stripe", "payout_failed", 10_000, None)]


def test_come_back_there_and_not_heard_of_here_is_told(teller: Teller) -> None:
    teller.bank.stripe.payout_status = MovementStatus.SUCCEEDED
    teller.pay_out()
    teller.book(10_000, "payout_failure", teller.saga_id)
    assert teller.told() == [("missing_in_ledger", "payout_failed", None, 10_000)]


def test_what_a_bank_sends_back_after_it_was_paid_agrees(teller: Teller) -> None:
    teller.bank.stripe.payout_status = MovementStatus.SUCCEEDED
    teller.pay_out()
    teller.bank.clock.advance(A_DAY)
    teller.book(10_000, "payout_failure", teller.saga_id)
    teller.bank.stripe.payouts["po_0"]["status"] = MovementStatus.FAILED
    teller.bank.webhook("evt_1", teller.saga_id, event_type="payout.failed")
    assert [teller.told(day) for day in (0, 1)] == [[], []]
    assert any(key.startswith("payout_returned") for key in teller.bank.memory.table("journals"))


def test_what_stripe_refused_was_never_there_and_is_not_told(teller: Teller) -> None:
    teller.bank.stripe.refuse["pay_out"] = ["balance_insufficient"]
    teller.pay_out(planted=0)
    assert teller.told() == []


def test_what_was_set_aside_before_midnight_and_sent_after_it_agrees_on_both_days(teller: Teller) -> None:
    teller.pay_out(at=START + A_DAY)
    assert [teller.told(day) for day in (0, 1)] == [[], []]


def test_what_the_ledger_heard_of_a_day_late_agrees_on_both_days(teller: Teller) -> None:
    teller.pay_out()
    teller.book(10_000, "payout_failure", teller.saga_id, START)
    teller.bank.clock.advance(A_DAY)
    teller.comes_back(booked=False)
    assert [teller.told(day) for day in (0, 1)] == [[], []]


def test_every_account_is_asked(teller: Teller) -> None:
    """Those behind the first page too, and those that never asked for a payout."""
    with teller.bank.memory.unit_of_work() as work:
        known = work.payout_accounts.get(teller.bank.solver.user_id)
        assert known is not None
        for number in range(250):
            work.payout_accounts.add(replace(known, user_id=f"user_{number:03}", account_id=f"acct_{number:03}"))
    for account in ("acct_000", "acct_249"):
        teller.books.paid_out.append((START, account, PayoutMovement(None, -500, "EUR", f"txn_{account}", "payout")))
    assert teller.told() == [("missing_in_ledger", "payout", None, -500)] * 2


def test_while_an_account_cannot_be_read_there_is_no_report(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ProviderUnavailable

    monkeypatch.setattr(teller.books, "payouts", away)
    with pytest.raises(ProviderUnavailable):
        teller.told()
    assert teller.bank.memory.table("reconciliations") == {}


def test_an_account_that_is_gone_keeps_nobody_else_from_being_compared(teller: Teller) -> None:
    teller.pay_out()
    with teller.bank.memory.unit_of_work() as work:
        work.payout_accounts.add(PayoutAccount.opened("user_0", "acct_gone", GONE, START))
    teller.books.gone.add("acct_gone")
    with capture_logs() as logged:
        assert (teller.told(), teller.matched) == ([], 3)
    assert {(line["event"], line["account_id"]) for line in logged} >= {("payout_account_gone", "acct_gone")}
    teller.books.gone.add("acct_1")
    assert teller.told() == [("missing_at_stripe", "payout_begun", -10_000, None)]
