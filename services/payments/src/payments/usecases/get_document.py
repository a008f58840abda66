"""Show a document to its recipient."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.document_views import DocumentView
from contracts.payments.documents import GetDocument
from payments.usecases.documents import document_view, visible_document
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class GetDocumentHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetDocument, principal: Principal) -> DocumentView:
        """Raises:
        DocumentNotFound.
        """
        with self.unit_of_work() as work:
            return document_view(visible_document(work, query.document_id, principal))
