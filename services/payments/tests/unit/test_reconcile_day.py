"""The ledger against the processor's books: what agrees is silent, what does not is told to the minor unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from payments_bank import START, Bank

from contracts.payments.commands import ReconcileDay
from contracts.payments.queries import GetReconciliation, ListReconciliations
from contracts.payments.views import DifferenceKind, ReconciliationView
from payments.domain.errors import DayNotOver, FinanceOnly, ReconciliationNotFound
from payments.domain.reconciliation import Line, PayoutMovement, joined, without_returned
from payments.usecases.get_reconciliation import GetReconciliationHandler
from payments.usecases.list_reconciliations import ListReconciliationsHandler
from payments.usecases.reconcile_day import ReconcileDayHandler
from payments.usecases.reconciliation_ports import AccountGone

DAY = START.date()


@dataclass
class FakeBooks:
    booked: list[tuple[datetime, Line]] = field(default_factory=list)
    told: dict[date, int] = field(default_factory=dict)
    paid_out: list[tuple[datetime, str, PayoutMovement]] = field(default_factory=list)

    gone: set[str] = field(default_factory=set)

    def payouts(self, account_id: str, since: datetime, until: datetime) -> Iterator[PayoutMovement]:
        if account_id in self.gone:
            raise AccountGone(account_id)
        yield from (movement for at, account, movement in self.paid_out if account == account_id and since <= at < until)

    def lines(self, since: datetime, until: datetime) -> Iterator[Line]:
        yield from (line for at, line in self.booked if since <= at < until)

    def reconciled(self, day: date, differences: int) -> None:
        self.told[day] = differences


@dataclass
class Office:
    bank: Bank
    books: FakeBooks

    @property
    def handler(self) -> ReconcileDayHandler:
        return ReconcileDayHandler(self.bank.memory.unit_of_work, self.books, self.books, self.bank.clock.now)

    def compare(self, day: date = DAY) -> ReconciliationView:
        return self.handler(ReconcileDay(day=day), self.bank.finance)

    def change(self, key: str, **changes: object) -> None:
        self.books.booked = [(at, replace(line, **changes) if line.key.startswith(key) else line) for at, line in self.books.booked]  # type: ignore[arg-type]

    def differences(self) -> list[tuple[str, int | None, int | None]]:
        return [
            (one.kind.value, one.in_ledger and one.in_ledger.amount_minor, one.at_stripe and one.at_stripe.amount_minor)
            for one in self.compare().differences
        ]


@pytest.fixture
def office(bank: Bank) -> Office:
    """A day on which 100000 came in, 54000 went to the solver and 40000 back; and the day after."""
    bank.fund()
    bank.release(0)
    bank.refund(1)
    names = {"fund": ("ch_1", "charge", 100_000), "release": ("tr_1", "transfer", -54_000), "refund": ("re_1", "refund", -40_000)}
    booked = [
        (START, Line(key, names[kind][2], "EUR", *names[kind][:2]))
        for key in bank.memory.table("journals")
        if (kind := key.partition(":")[0]) in names
    ]
    bank.clock.advance(timedelta(days=1))
    return Office(bank, FakeBooks(booked))


def test_a_day_that_agrees(office: Office) -> None:
    view = office.compare()
    assert (view.day, view.matched, view.differences) == (DAY, 3, ())


def movements(kind: str, refunds: int, returns: int) -> dict[tuple[str, str], Line]:
    """So many refunds of one saga, and so many that its bank returned."""
    went = [Line(f"{kind}:saga_1", -500, "EUR", f"re_{number}", "refund") for number in range(refunds)]
    came = [Line(f"{kind}_returned:saga_1", 500, "EUR", f"re_{number}", "refund_failure") for number in range(returns)]
    return joined((*went, *came))


@pytest.mark.parametrize("kind", ["refund", "subscription_refund"])
@pytest.mark.parametrize(
    ("at_stripe", "in_ledger", "agree"),
    [
        ((1, 1), (0, 0), True),
        ((2, 1), (1, 0), True),
        ((3, 2), (1, 0), True),
        ((2, 2), (1, 1), True),
        ((3, 3), (1, 1), True),
        ((1, 1), (1, 1), True),
        ((1, 1), (1, 0), False),
        ((2, 1), (1, 1), False),
        ((2, 0), (1, 0), False),
        ((1, 0), (0, 0), False),
    ],
)
def test_refunds_that_failed_before_they_counted_are_no_difference(
    at_stripe: tuple[int, int], in_ledger: tuple[int, int], agree: bool, kind: str
) -> None:
    ours = movements(kind, *in_ledger)
    left = {place: line.amount for place, line in without_returned(movements(kind, *at_stripe), ours).items()}
    assert (left == {place: line.amount for place, line in ours.items()}) is agree


def test_what_is_not_settled_left_the_platform_all_the_same(bank: Bank) -> None:
    bank.stripe.settled_on = START + timedelta(days=5)
    bank.fund()
    bank.release(0)
    office = Office(bank, FakeBooks())
    bank.clock.advance(timedelta(days=1))
    assert sorted(office.differences()) == [("missing_at_stripe", -54_000, None), ("missing_at_stripe", 100_000, None)]


def test_what_the_ledger_does_not_know_is_told(office: Office) -> None:
    office.books.booked.append((START, Line("charge:ch_2", 7_000, "EUR", "ch_2", "charge")))
    assert office.differences() == [("missing_in_ledger", None, 7_000)]


def test_what_the_processor_does_not_know_is_told(office: Office) -> None:
    office.books.booked = [(at, line) for at, line in office.books.booked if not line.key.startswith("release")]
    assert office.differences() == [("missing_at_stripe", -54_000, None)]


def test_an_amount_that_differs_by_one_cent_is_told(office: Office) -> None:
    office.change("release", amount=-53_999)
    assert office.differences() == [("amount", -54_000, -53_999)]


def test_a_refund_booked_in_another_currency_is_told(office: Office) -> None:
    office.change("refund", currency="USD")
    kinds = {(one.kind, one.in_ledger is None) for one in office.compare().differences}
    assert kinds == {(DifferenceKind.MISSING_IN_LEDGER, True), (DifferenceKind.MISSING_AT_STRIPE, False)}


def test_a_charge_booked_twice_is_told(office: Office) -> None:
    again = [(at, replace(line, stripe_id="ch_2")) for at, line in office.books.booked if line.key.startswith("fund")]
    office.books.booked += again
    assert office.differences() == [("amount", 100_000, 200_000)]


def test_what_the_ledger_heard_of_a_day_late_agrees_on_both_days(office: Office) -> None:
    office.books.booked = [(START - timedelta(days=1), line) for _, line in office.books.booked]
    assert office.compare().differences == ()
    assert office.compare(DAY - timedelta(days=1)).differences == ()


def test_a_day_is_compared_again_after_something_was_mended(office: Office) -> None:
    line = office.books.booked.pop()
    assert len(office.compare().differences) == 1
    office.books.booked.append(line)
    assert office.compare().differences == ()
    show = GetReconciliationHandler(office.bank.memory.unit_of_work)
    assert show(GetReconciliation(day=DAY), office.bank.finance).differences == ()


def test_the_timer_compares_each_day_once_and_what_it_missed(office: Office) -> None:
    office.bank.clock.advance(timedelta(days=1))
    for _ in range(2):
        office.handler.reconcile_missed_days()
    listed = ListReconciliationsHandler(office.bank.memory.unit_of_work)(ListReconciliations(), office.bank.finance)
    assert [report.day for report in listed.items] == [DAY + timedelta(days=1), DAY, DAY - timedelta(days=1)]
    assert set(office.books.told.values()) == {0}


def test_a_difference_is_told_until_it_is_mended(office: Office) -> None:
    line = office.books.booked.pop()
    one = timedelta(days=1)
    for days in (1, 2):
        office.bank.clock.advance(one)
        office.handler.reconcile_missed_days()
        assert office.books.told[DAY + days * one] == 1, "the days after agree, and it is told all the same"
    office.books.booked.append(line)
    office.compare()
    office.handler.reconcile_missed_days()
    assert office.books.told[DAY + 2 * one] == 0


def test_it_is_for_finance_and_for_days_that_are_over(office: Office) -> None:
    units = office.bank.memory.unit_of_work
    for stranger in (office.bank.challenger, office.bank.solver):
        with pytest.raises(FinanceOnly):
            office.handler(ReconcileDay(day=DAY), stranger)
        with pytest.raises(FinanceOnly):
            GetReconciliationHandler(units)(GetReconciliation(day=DAY), stranger)
        with pytest.raises(FinanceOnly):
            ListReconciliationsHandler(units)(ListReconciliations(), stranger)
    with pytest.raises(DayNotOver):
        office.compare(DAY + timedelta(days=1))
    with pytest.raises(ReconciliationNotFound):
        GetReconciliationHandler(units)(GetReconciliation(day=DAY), office.bank.finance)
