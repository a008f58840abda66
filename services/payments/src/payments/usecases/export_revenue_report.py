"""Write the revenue report as a table."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.files import FileView
from contracts.payments.documents import ExportRevenueReport
from payments.usecases.ports import UnitsOfWork
from payments.usecases.reports import AMOUNTS, tallies_for
from payments.usecases.tables import figure, table


@dataclass(frozen=True, slots=True)
class ExportRevenueReportHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ExportRevenueReport, principal: Principal) -> FileView:
        """Raises:
        FinanceOnly.
        """
        tallies = tallies_for(self.unit_of_work, query.first, query.last, query.currency, principal)
        rows = ((tally.month, tally.currency, *(figure(getattr(tally, name), tally.currency) for name in AMOUNTS)) for tally in tallies)
        return table(f"revenue-{query.first}-{query.last}.csv", ("month", "currency", *AMOUNTS), rows)
