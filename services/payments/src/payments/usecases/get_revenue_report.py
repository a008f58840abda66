"""Show finance the revenue report."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.document_views import RevenueReportView
from contracts.payments.documents import GetRevenueReport
from payments.usecases.ports import UnitsOfWork
from payments.usecases.reports import revenue_report, tallies_for


@dataclass(frozen=True, slots=True)
class GetRevenueReportHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetRevenueReport, principal: Principal) -> RevenueReportView:
        """Raises:
        FinanceOnly.
        """
        return revenue_report(tallies_for(self.unit_of_work, query.first, query.last, query.currency, principal))
