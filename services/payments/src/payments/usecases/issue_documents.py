"""Write down what journals mean for people: documents with their numbers, the history of their money, the tallies of reports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from chassis.crash_points import declare, reached
from contracts.payments.document_views import DocumentKind
from payments.domain.documents.document import Document, Draft
from payments.domain.documents.due import Due
from payments.domain.documents.reports import month_of
from payments.domain.documents.series import series_id
from payments.domain.documents.transactions import PaidFor, transactions_of
from payments.domain.ledger import Journal
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.document_drafts import Drafts
from payments.usecases.document_ports import Issuer
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.subscription_drafts import SubscriptionDrafts

log = structlog.get_logger(__name__)
AT_ONCE = 50
LOOK_BACK, SETTLED_AFTER = timedelta(hours=1), timedelta(seconds=10)
declare({"documents.number_taken": "a number is taken and its document written, the commit is not asked for"})


@dataclass(frozen=True, slots=True)
class IssueDocumentsHandler:
    """Every replica may run at once: what is due is taken with the transaction that writes it down, so of two one finds nothing left.
    Only these runs touch the counters, so that money that moves never waits for a number (decision 0047).
    """

    unit_of_work: UnitsOfWork
    issuer: Issuer
    rerun: Callable[[Callable[[], None]], None]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self) -> None:
        """Write down what is due, one thing at a time; what fails is put off and holds up nothing else."""
        with self.unit_of_work() as work:
            ready = work.due.ready(self.now(), AT_ONCE)
        for due in ready:
            try:
                self.rerun(partial(self._write_down, due.id))
            except Exception:
                log.exception("documents_not_issued", cause=due.id, attempts=due.attempts + 1)
                with suppress(Exception):  # it is due still: at the next run, if not later
                    self.rerun(partial(self._put_off, due.id))

    def note_missed(self) -> None:
        """See to journals that were not noted as due: a version from before there were documents posted them, while it was replaced."""
        self.rerun(self._note_missed)

    def _note_missed(self) -> None:
        at = self.now()
        with self.unit_of_work() as work:
            posted = {journal.key: journal for journal in work.journals.between(at - LOOK_BACK, at - SETTLED_AFTER)}
            for key in work.due.unknown(sorted(posted)):
                work.due.add(Due.now(key, posted[key].book, posted[key].at))

    def _write_down(self, key: str) -> None:
        with self.unit_of_work() as work:
            due = work.due.get(key)
            if due is None or due.done:
                return
            journal = work.journals.get(key)
            subscribed = work.subscriptions.get(due.book) is not None
            drafts = (SubscriptionDrafts if subscribed else Drafts)(work, self.issuer, due, journal)
            for draft in drafts.all():
                self._issue(work, draft)
            if journal is not None:
                self._enter(work, due, journal)
            work.due.save(due.written_down())

    def _issue(self, work: UnitOfWork, draft: Draft) -> None:
        at = self.now()
        series, number, at = work.series.get(series_id(self.issuer.code, draft.kind, at.year)).next(at)
        document = Document(self.new_id("document"), number, self.issuer.party, at, draft)
        work.series.save(series)
        work.documents.add(document)
        reached("documents.number_taken")
        if draft.kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
            work.tallies.save(work.tallies.get(month_of(at), draft.currency).with_document(document))

    def _enter(self, work: UnitOfWork, due: Due, journal: Journal) -> None:
        for transaction in transactions_of(journal, self._paid_for(work, due)):
            work.transactions.add(transaction)
        for currency in sorted({move.source.currency for move in journal.moves}):
            work.tallies.save(work.tallies.get(month_of(journal.at), currency).with_journal(journal))

    def _paid_for(self, work: UnitOfWork, due: Due) -> PaidFor | None:
        """What the payer's side of this journal is about: an escrow, or a bill of a subscription."""
        if (escrow := work.escrows.get(due.book)) is not None:
            return PaidFor(escrow.payer_id, escrow.challenge_title, escrow.id)
        saga = work.sagas.get(due.reference)
        bill = work.bills.get(saga.order.bill_id if saga and isinstance(saga.order, BillRefundOrder) else due.reference)
        return None if bill is None else PaidFor(bill.payer_id, bill.terms.name)

    def _put_off(self, key: str) -> None:
        with self.unit_of_work() as work:
            due = work.due.get(key)
            if due is not None and not due.done:
                work.due.save(due.put_off(self.now()))
