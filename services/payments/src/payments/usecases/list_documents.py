"""List the documents of one recipient."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.document_views import DocumentView
from contracts.payments.documents import ListDocuments
from payments.domain.errors import FinanceOnly
from payments.usecases.document_ports import DocumentFilter
from payments.usecases.documents import document_view
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListDocumentsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListDocuments, principal: Principal) -> Page[DocumentView]:
        """The caller's own, the latest first; finance may name somebody else.

        Raises:
            FinanceOnly, InvalidCursor.
        """
        recipient_id = query.recipient_id or principal.user_id
        if recipient_id != principal.user_id and not is_finance(principal):
            raise FinanceOnly
        wanted = DocumentFilter(recipient_id, query.kind, query.currency, query.escrow_id, query.since, query.until)
        with self.unit_of_work() as work:
            documents, next_cursor = work.documents.page(wanted, query.cursor, query.limit)
        return Page(items=tuple(document_view(document) for document in documents), next_cursor=next_cursor)
