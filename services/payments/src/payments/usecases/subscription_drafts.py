"""Which documents follow from what happened to a subscription's bill (decision 0072)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from contracts.payments.document_views import DocumentKind, LineItem
from payments.domain.documents.document import Document, Draft, Line
from payments.domain.errors import InvariantBroken
from payments.domain.ledger import AccountKind
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.drafting import About, Drafting
from payments.usecases.subscriptions.access import is_organisation
from payments.usecases.subscriptions.recording import bill_of, subscription_of


class SubscriptionDrafts(Drafting):
    """The platform sells the plan to who pays: an invoice of what was charged, tax included, and a credit note of what went back."""

    def all(self) -> tuple[Draft, ...]:
        makers: dict[str, Callable[[], Iterable[Draft]]] = {
            "subscription": self._invoice,
            "subscription_refund": self._of_refund,
            "subscription_refund_returned": self._of_returned_refund,
            "chargeback_lost": self._of_lost_chargeback,
        }
        make = makers.get(self.due.kind)
        return () if make is None else tuple(make())

    def _invoice(self) -> Iterable[Draft]:
        bill = bill_of(self.work, self.due.reference)
        tax = self.issuer.tax.within(bill.amount, self._party(bill.payer_id))
        period = f"{bill.period_start:%Y-%m-%d} – {bill.period_end:%Y-%m-%d}"
        line = Line(LineItem.PLATFORM_FEE, tax.basis, f"{bill.terms.name}, {period}")
        charge_id = None if bill.charge is None else bill.charge.charge_id
        yield self._draft(DocumentKind.INVOICE, bill.payer_id, bill.currency, (line,), (tax,), self._about(bill), charge_id=charge_id)

    def _of_refund(self) -> Iterable[Draft]:
        yield from self._credit(self._bill_of_refund(), self._to_payer())

    def _of_lost_chargeback(self) -> Iterable[Draft]:
        chargeback = self.work.bill_chargebacks.get(self.due.reference)
        if chargeback is None:
            raise InvariantBroken(f"chargeback {self.due.reference} is gone")
        yield from self._credit(bill_of(self.work, chargeback.bill_id), chargeback.amount)

    def _credit(self, bill: Bill, amount: int) -> Iterable[Draft]:
        """Never more than was invoiced: what went out twice, by a refund and by the bank, is a loss and no credit."""
        invoice = self._invoiced(bill)
        if invoice is None:
            return
        before = self._credited(invoice, self.work.documents.of_subscription(bill.subscription_id))
        part = min(amount, invoice.draft.total - before)
        if part > 0:
            yield self._credit_note(invoice, before, part, LineItem.FEE_CREDIT, self._about(bill))

    def _of_returned_refund(self) -> Iterable[Draft]:
        """The bank sent a refund back: the credit note for it is undone by one that says the opposite."""
        bill = self._bill_of_refund()
        invoice = self._invoiced(bill)
        if invoice is None:
            return
        undone = self.work.documents.of_key(f"{DocumentKind.CREDIT_NOTE}:subscription_refund:{self.due.reference}:{invoice.number}")
        if undone is None:
            refund = self.work.due.get(f"subscription_refund:{self.due.reference}")
            if refund is None or not refund.done:
                raise InvariantBroken(f"{self.due.id} comes before what it undoes is written down")
            return  # nothing was left to credit then
        draft = undone.draft
        lines = tuple(replace(line, item=LineItem.REFUND_RETURNED, amount=-line.amount) for line in draft.lines)
        taxes = tuple(replace(tax, basis=-tax.basis, amount=-tax.amount) for tax in draft.taxes)
        yield self._draft(draft.kind, draft.recipient_id, draft.currency, lines, taxes, self._about(bill), related=invoice.number)

    def _invoiced(self, bill: Bill) -> Document | None:
        """The bill's invoice; none where it was paid before there were invoices of subscriptions.

        Raises:
            InvariantBroken: it is not written down yet.
        """
        cause = f"subscription:{bill.id}"
        invoice, due = self.work.documents.of_key(f"{DocumentKind.INVOICE}:{cause}"), self.work.due.get(cause)
        if invoice is None and (due is None or not due.done):
            raise InvariantBroken(f"{self.due.id}: bill {bill.id} is not invoiced yet")
        return invoice

    def _bill_of_refund(self) -> Bill:
        saga = self.work.sagas.get(self.due.reference)
        if saga is None or not isinstance(saga.order, BillRefundOrder):
            raise InvariantBroken(f"{self.due.id} was posted by no refund of a bill")
        return bill_of(self.work, saga.order.bill_id)

    def _to_payer(self) -> int:
        return sum(amount for account, amount in self._journal().postings().items() if account.kind is AccountKind.PAYER)

    def _about(self, bill: Bill) -> About:
        subscription = subscription_of(self.work, bill.subscription_id)
        buyer_id = subscription.owner_id if is_organisation(subscription.owner_id) else None
        return About(subscription_id=subscription.id, buyer_id=buyer_id)
