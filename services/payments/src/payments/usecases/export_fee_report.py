"""Write the fee report as a table."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.files import FileView
from contracts.payments.documents import ExportFeeReport
from payments.usecases.ports import UnitsOfWork
from payments.usecases.reports import tallies_for
from payments.usecases.tables import figure, table

HEAD = ("month", "currency", "treatment", "rate_basis_points", "invoices", "credit_notes", "net", "tax", "gross")


@dataclass(frozen=True, slots=True)
class ExportFeeReportHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ExportFeeReport, principal: Principal) -> FileView:
        """Raises:
        FinanceOnly.
        """
        tallies = tallies_for(self.unit_of_work, query.first, query.last, query.currency, principal)
        rows = (
            (
                tally.month,
                tally.currency,
                fee.treatment.value,
                str(fee.rate),
                str(fee.invoices),
                str(fee.credit_notes),
                *(figure(amount, tally.currency) for amount in (fee.net, fee.tax, fee.net + fee.tax)),
            )
            for tally in tallies
            for fee in tally.invoiced
        )
        return table(f"fees-{query.first}-{query.last}.csv", HEAD, rows)
