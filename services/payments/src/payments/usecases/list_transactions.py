"""List the history of one's money."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.document_views import TransactionView
from contracts.payments.documents import ListTransactions
from payments.usecases.document_ports import TransactionFilter
from payments.usecases.documents import transaction_view
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class ListTransactionsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListTransactions, principal: Principal) -> Page[TransactionView]:
        """The caller's own, the latest first.

        Raises:
            InvalidCursor.
        """
        wanted = TransactionFilter(principal.user_id, query.account, query.kind, query.currency, query.escrow_id, query.since, query.until)
        with self.unit_of_work() as work:
            transactions, next_cursor = work.transactions.page(wanted, query.cursor, query.limit)
        return Page(items=tuple(transaction_view(transaction) for transaction in transactions), next_cursor=next_cursor)
