"""Render a statement of one of a person's accounts as a PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.files import FileView
from contracts.payments.documents import GetStatementFile
from payments.domain.documents.document import Branding
from payments.domain.documents.errors import ExportTooLarge
from payments.domain.documents.people import party_of
from payments.domain.ledger import Account, AccountKind, statement_of
from payments.usecases.branding import branding_of
from payments.usecases.document_ports import Press
from payments.usecases.documents import language_of
from payments.usecases.get_document_file import PDF
from payments.usecases.ports import UnitsOfWork

MOST_LINES = 1_000  # some thirty pages


@dataclass(frozen=True, slots=True)
class GetStatementFileHandler:
    unit_of_work: UnitsOfWork
    press: Press
    platform: Branding
    now: Callable[[], datetime]

    def __call__(self, query: GetStatementFile, principal: Principal) -> FileView:
        """The caller's own account.

        Raises:
            ExportTooLarge.
            TooManyWaiting: others are being rendered.
        """
        account = Account(AccountKind(query.account.value), principal.user_id, query.currency)
        with self.unit_of_work() as work:
            statement = statement_of(account, work.journals.of_account(account), query.since, query.until)
            owner = party_of(principal.user_id, work.billing.get(principal.user_id), work.people.get(principal.user_id))
            branding = branding_of(work, principal.user_id, self.now(), self.platform)
            locale = language_of(work, query.locale, principal.user_id)
        if len(statement.lines) > MOST_LINES:
            raise ExportTooLarge(MOST_LINES)
        content = self.press.statement(statement, owner, branding, query.since, query.until, locale)
        name = f"statement-{account.kind}-{query.currency}-{query.since:%Y%m%d}-{query.until:%Y%m%d}.pdf"
        return FileView.of(name, PDF, content)
