"""Compare a day of the ledger with the processor's books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog

from chassis.crash_points import declare, reached
from chassis.principal import Principal
from contracts.payments.commands import ReconcileDay
from contracts.payments.views import ReconciliationView
from payments.domain.errors import DayNotOver, FinanceOnly
from payments.domain.reconciliation import Difference, Line, Reconciliation, compared, joined, line_of, without_returned
from payments.usecases.payout_comparison import PayoutComparison
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.reconciliation_ports import Gauges, ProcessorBooks
from payments.usecases.reconciliations import reconciliation_view
from payments.usecases.views import is_finance

log = structlog.get_logger(__name__)
DAY = timedelta(days=1)
# A crash or an outage lets the ledger hear of a movement this much later than it happened, at most; and clocks differ.
LATE = timedelta(days=7)
MISSED_DAYS = 3
QUIET = timedelta(hours=2)  # after midnight, until sagas that were under way have ended
declare({"reconciliation.reported": "the report of a day is kept, nobody is alerted"})


@dataclass(frozen=True, slots=True)
class ReconcileDayHandler:
    unit_of_work: UnitsOfWork
    books: ProcessorBooks
    gauges: Gauges
    now: Callable[[], datetime]

    def __call__(self, command: ReconcileDay, principal: Principal) -> ReconciliationView:
        """Compare again, after something was mended.

        Raises:
            FinanceOnly.
            DayNotOver: named at `/day`.
        """
        if not is_finance(principal):
            raise FinanceOnly
        if self.now() < _midnight(command.day) + DAY:
            raise DayNotOver
        report = self.compare(command.day)
        with self.unit_of_work() as work:
            return work.answer(reconciliation_view(report))

    def reconcile_missed_days(self) -> None:
        """For the timer, in every replica: the first to come writes the report of yesterday and of days that were missed before.

        The others, and one that was started since, tell of what was found as well: gauges are a process's own. What they tell is the sum
        of these days, so that an alert stays until it was mended.
        """
        today, differences = (self.now() - QUIET).date(), 0
        for back in range(MISSED_DAYS, 0, -1):
            day = today - back * DAY
            with self.unit_of_work() as work:
                known = work.reconciliations.get(day)
            differences += len((known or self.compare(day)).differences)
            self.gauges.reconciled(day, differences)

    def compare(self, day: date) -> Reconciliation:
        """Both ways: all that the processor booked that day has a journal, and every journal of that day has a transaction.

        So for the platform's balance, and for what people's own accounts paid out.

        Raises:
            ProviderUnavailable: then there is no report, and it is tried again.
        """
        since = _midnight(day)
        theirs = joined(self.books.lines(since, since + DAY))
        with self.unit_of_work() as work:
            ours = self._ours(work, theirs, since)
        theirs = without_returned(theirs, ours)
        # A journal of this day may tell of a movement of the days before: the ledger heard of it late.
        unmatched = {place for place in ours if place not in theirs}
        earlier = joined(self.books.lines(since - LATE, since)) if unmatched else {}
        paid_out = PayoutComparison(self.unit_of_work, self.books).of(since, since + DAY, late=LATE)
        ours, theirs = ours | paid_out.ours, theirs | paid_out.theirs
        found: list[Difference] = []
        for place in sorted({*ours, *theirs}):
            there = theirs.get(place) or earlier.get(place)
            if (difference := _difference(ours.get(place), there)) is not None:
                found.append(difference)
        return self._report(day, len({*ours, *theirs}) - len(found), tuple(found))

    def _ours(self, work: UnitOfWork, theirs: dict[tuple[str, str], Line], since: datetime) -> dict[tuple[str, str], Line]:
        """The journals of the day, and those of any other time that the processor's transactions of the day ask for."""
        journals = {journal.key: journal for journal in work.journals.between(since, since + DAY)}
        for key, _ in theirs:
            if key not in journals and (journal := work.journals.get(key)) is not None:
                journals[key] = journal
        return joined(line for journal in journals.values() if (line := line_of(journal)) is not None)

    def _report(self, day: date, matched: int, differences: tuple[Difference, ...]) -> Reconciliation:
        with self.unit_of_work() as work:
            known = work.reconciliations.get(day)
            report = Reconciliation(day, known.version if known else 0, matched, differences, self.now())
            work.reconciliations.put(report)
        reached("reconciliation.reported")
        if differences:
            log.error("reconciliation_differs", day=day.isoformat(), differences=len(differences))
        return report


def _difference(ours: Line | None, theirs: Line | None) -> Difference | None:
    first = ours or theirs
    return None if first is None else compared(first, theirs if first is ours else None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
