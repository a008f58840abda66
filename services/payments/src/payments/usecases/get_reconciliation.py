"""Show the comparison of one day of the ledger with the processor's books."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.queries import GetReconciliation
from contracts.payments.views import ReconciliationView
from payments.domain.errors import FinanceOnly, ReconciliationNotFound
from payments.usecases.ports import UnitsOfWork
from payments.usecases.reconciliations import reconciliation_view
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class GetReconciliationHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetReconciliation, principal: Principal) -> ReconciliationView:
        """Raises:
        FinanceOnly.
        ReconciliationNotFound: that day has not been compared.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            report = work.reconciliations.get(query.day)
        if report is None:
            raise ReconciliationNotFound
        return reconciliation_view(report)
