"""Show finance the fee report."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.document_views import FeeReportView
from contracts.payments.documents import GetFeeReport
from payments.usecases.ports import UnitsOfWork
from payments.usecases.reports import fee_report, tallies_for


@dataclass(frozen=True, slots=True)
class GetFeeReportHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetFeeReport, principal: Principal) -> FeeReportView:
        """Raises:
        FinanceOnly.
        """
        return fee_report(tallies_for(self.unit_of_work, query.first, query.last, query.currency, principal))
