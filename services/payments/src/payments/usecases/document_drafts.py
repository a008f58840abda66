"""Which documents follow from what happened: who gets which, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contracts.payments.document_views import DocumentKind, LineItem
from payments.domain import entries
from payments.domain.documents.document import Document, Draft, Line
from payments.domain.documents.tax import untaxed
from payments.domain.errors import InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.ledger import AccountKind
from payments.domain.saga import ReleaseOrder, ReversalOrder
from payments.usecases.drafting import About, Drafting
from payments.usecases.sagas.recording import escrow_of

_DEPOSITS = {AccountKind.CREDIT: LineItem.CREDIT_USED, AccountKind.PROMOTION: LineItem.PROMOTION}


class Drafts(Drafting):
    """What follows from one thing that is due. A receipt and a refund receipt go to the payer, the platform's fee is invoiced to who
    bears it: the payee. Journals that concern nobody's papers (settling, a payout that begins) have no document.
    """

    def all(self) -> tuple[Draft, ...]:
        makers: dict[str, Callable[[], Iterable[Draft]]] = {
            "fund": self._receipt,
            "refund": self._refund_receipt,
            "refund_by_hand": self._refund_receipt,
            "refund_returned": self._returned_refund,
            "release": self._invoice,
            "earned": self._invoice,
            "taken_back": self._credit_note_of_what_was_taken_back,
            "payout_paid": self._payout,
            "payout_returned": self._returned_payout,
            "chargeback_lost": self._credit_notes,
        }
        make = makers.get(self.due.kind)
        return () if make is None else tuple(make())

    def _receipt(self) -> Iterable[Draft]:
        """What the payer paid: the deposit, less what credit and promotions paid of it."""
        escrow, lines = self._escrow(), []
        deposit = sum(move.amount for move in self._journal().moves if move.destination.kind is AccountKind.HELD)
        lines.append(Line(LineItem.ESCROW_DEPOSIT, deposit, escrow.challenge_title))
        for move in self._journal().moves:
            if move.destination.kind is AccountKind.HELD and move.source.kind in _DEPOSITS:
                lines.append(Line(_DEPOSITS[move.source.kind], -move.amount))
        yield self._untaxed(DocumentKind.RECEIPT, escrow.payer_id, tuple(lines), escrow)

    def _refund_receipt(self) -> Iterable[Draft]:
        escrow = self._escrow()
        amount = self._journal().postings().get(entries.payer(escrow.id, escrow.currency), 0)
        if amount:
            yield self._untaxed(
                DocumentKind.REFUND_RECEIPT, escrow.payer_id, (Line(LineItem.ESCROW_REFUND, amount, escrow.challenge_title),), escrow
            )

    def _returned_refund(self) -> Iterable[Draft]:
        """The bank sent a refund back: the receipt for it is undone."""
        escrow = self._escrow()
        amount = self._journal().postings().get(entries.payer(escrow.id, escrow.currency), 0)
        if amount:
            undone = self._issued(DocumentKind.REFUND_RECEIPT, "refund")
            line = Line(LineItem.REFUND_RETURNED, amount, escrow.challenge_title)
            yield self._untaxed(DocumentKind.REFUND_RECEIPT, escrow.payer_id, (line,), escrow, undone)

    def _payout(self) -> Iterable[Draft]:
        yield self._of_payout(LineItem.PAYOUT)

    def _returned_payout(self) -> Iterable[Draft]:
        yield self._of_payout(LineItem.PAYOUT_RETURNED, self._issued(DocumentKind.PAYOUT_STATEMENT, "payout_paid").number)

    def _of_payout(self, item: LineItem, related: str | None = None) -> Draft:
        postings = self._journal().postings()
        ((account, amount),) = [(account, amount) for account, amount in postings.items() if account.kind is AccountKind.BANK]
        line = Line(item, amount, self.due.reference)
        return self._draft(DocumentKind.PAYOUT_STATEMENT, account.owner, account.currency, (line,), (untaxed(amount),), related=related)

    def _invoice(self) -> Iterable[Draft]:
        """The platform's fee of a release, to the payee or the member of the team who bears it; the fee contains the tax."""
        saga = self.work.sagas.get(self.due.reference)
        if saga is None or not isinstance(saga.order, ReleaseOrder):
            raise InvariantBroken(f"{self.due.id} was posted by no release")
        order, escrow, fee = saga.order, self._escrow(), self._fee()
        if not fee:  # none is kept, or it was when the net was earned
            return
        buyer = self._party(order.payee_id)
        tax = self.issuer.tax.within(fee, buyer)
        title = next((step.title for step in escrow.milestones if step.id == order.milestone_id), None)
        line = Line(
            LineItem.PLATFORM_FEE,
            tax.basis,
            f"{escrow.challenge_title}: {title}" if title else escrow.challenge_title,
            basis=order.gross,
            rate=escrow.fee_basis_points,
        )
        yield self._draft(DocumentKind.INVOICE, order.payee_id, order.currency, (line,), (tax,), _about(escrow), charge_id=order.charge_id)

    def _credit_notes(self) -> Iterable[Draft]:
        """A chargeback was lost: the fee of what it took from each payee is given back, invoice by invoice, the latest first, and never
        more than was invoiced.
        """
        chargeback = self.work.chargebacks.get(self.due.reference)
        if chargeback is None:
            raise InvariantBroken(f"chargeback {self.due.reference} is gone")
        escrow = self._escrow()
        papers = self.work.documents.of_escrow(escrow.id)
        for payee_id, fee in chargeback.taken.fees:
            left, found = fee, False
            for invoice in reversed(papers):
                draft = invoice.draft
                of_charge = chargeback.charge_id is None or draft.charge_id == chargeback.charge_id
                if draft.kind is not DocumentKind.INVOICE or draft.recipient_id != payee_id or not of_charge:
                    continue
                found = True
                before = self._credited(invoice, papers)
                part = min(left, draft.total - before)
                if part > 0:
                    yield self._credit_note(invoice, before, part, LineItem.FEE_CREDIT, _about(escrow))
                    left -= part
            if not found:
                raise InvariantBroken(f"{self.due.id}: the fees of {payee_id} are not invoiced yet")

    def _credit_note_of_what_was_taken_back(self) -> Iterable[Draft]:
        """Released money went back to the payer: the fee of it is given back to who had it."""
        saga, fee = self.work.sagas.get(self.due.reference), -self._fee()
        if saga is None or not isinstance(saga.order, ReversalOrder):
            raise InvariantBroken(f"{self.due.id} was posted by no reversal")
        if not fee:
            return
        keys = (f"{DocumentKind.INVOICE}:{cause}:{saga.order.release_id}" for cause in ("release", "earned"))
        invoice = next((paper for paper in map(self.work.documents.of_key, keys) if paper is not None), None)
        if invoice is None:
            raise InvariantBroken(f"{self.due.id}: its fee is not invoiced yet")
        escrow = self._escrow()
        before = self._credited(invoice, self.work.documents.of_escrow(escrow.id))
        yield self._credit_note(invoice, before, fee, LineItem.FEE_CREDIT, _about(escrow))

    def _untaxed(
        self, kind: DocumentKind, recipient_id: str, lines: tuple[Line, ...], escrow: Escrow, undone: Document | None = None
    ) -> Draft:
        taxes, related = (untaxed(sum(line.amount for line in lines)),), None if undone is None else undone.number
        return self._draft(kind, recipient_id, escrow.currency, lines, taxes, _about(escrow), related=related)

    def _fee(self) -> int:
        """What the journal added to the platform's fees."""
        return sum(amount for account, amount in self._journal().postings().items() if account.kind is AccountKind.FEES)

    def _issued(self, kind: DocumentKind, cause: str) -> Document:
        """The document that this one undoes. Its cause came first; if it could not be written down yet, nor can this."""
        document = self.work.documents.of_key(f"{kind}:{cause}:{self.due.reference}")
        if document is None:
            raise InvariantBroken(f"{self.due.id} comes before what it undoes is written down")
        return document

    def _escrow(self) -> Escrow:
        return escrow_of(self.work, self.due.book)


def _about(escrow: Escrow) -> About:
    return About(escrow.id, escrow.challenge_id)
