"""Write the history of one's money as a table."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.files import FileView
from contracts.payments.documents import ExportTransactions
from payments.domain.documents.errors import ExportTooLarge
from payments.usecases.document_ports import TransactionFilter
from payments.usecases.ports import UnitsOfWork
from payments.usecases.tables import figure, moment, table

MOST_ROWS = 3_000  # with the longest titles they are less than a file may hold
HEAD = ("at", "account", "kind", "reference", "title", "escrow_id", "currency", "amount", "fee")


@dataclass(frozen=True, slots=True)
class ExportTransactionsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ExportTransactions, principal: Principal) -> FileView:
        """The caller's own, the earliest first.

        Raises:
            ExportTooLarge, FileTooLarge.
        """
        wanted = TransactionFilter(principal.user_id, query.account, query.kind, query.currency, query.escrow_id, query.since, query.until)
        with self.unit_of_work() as work:
            found = work.transactions.earliest(wanted, MOST_ROWS + 1)
        if len(found) > MOST_ROWS:
            raise ExportTooLarge(MOST_ROWS)
        rows = (
            (
                moment(row.at),
                row.account.value,
                row.kind,
                row.reference,
                row.title,
                row.escrow_id,
                row.currency,
                figure(row.amount, row.currency),
                figure(row.fee, row.currency),
            )
            for row in found
        )
        return table(f"transactions-{query.since:%Y%m%d}-{query.until:%Y%m%d}.csv", HEAD, rows)
