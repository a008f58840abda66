"""Render a document as a PDF."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.files import FileView
from contracts.payments.documents import GetDocumentFile
from payments.usecases.document_ports import Press
from payments.usecases.documents import language_of, visible_document
from payments.usecases.ports import UnitsOfWork

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class GetDocumentFileHandler:
    """Nothing is kept: the record says all, and rendering it again gives the same bytes."""

    unit_of_work: UnitsOfWork
    press: Press

    def __call__(self, query: GetDocumentFile, principal: Principal) -> FileView:
        """Raises:
        DocumentNotFound.
        TooManyWaiting: others are being rendered.
        """
        with self.unit_of_work() as work:
            document = visible_document(work, query.document_id, principal)
            locale = language_of(work, query.locale, principal.user_id)
        return FileView.of(f"{document.number}.pdf", PDF, self.press.document(document, locale))
