"""List the daily comparisons of the ledger with the processor's books."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.queries import ListReconciliations
from contracts.payments.views import ReconciliationView
from payments.domain.errors import FinanceOnly
from payments.usecases.ports import UnitsOfWork
from payments.usecases.reconciliations import reconciliation_view
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListReconciliationsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListReconciliations, principal: Principal) -> Page[ReconciliationView]:
        """The latest day first.

        Raises:
            FinanceOnly, InvalidCursor.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            reports, next_cursor = work.reconciliations.page(query.cursor, query.limit)
        return Page(items=tuple(reconciliation_view(report) for report in reports), next_cursor=next_cursor)
