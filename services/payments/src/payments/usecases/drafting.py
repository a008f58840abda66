"""How the draft of a document is written: what all of them have in common, whatever they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.payments.document_views import DocumentKind, LineItem
from payments.domain.documents.document import Document, Draft, Line, Party, TaxLine
from payments.domain.documents.due import Due
from payments.domain.documents.people import party_of
from payments.domain.documents.tax import credited
from payments.domain.errors import InvariantBroken
from payments.domain.ledger import Journal
from payments.usecases.branding import branding_of
from payments.usecases.document_ports import Issuer
from payments.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class About:
    """What a document is found by, beside its recipient. `buyer_id` is the organisation that pays for itself, if one does."""

    escrow_id: str | None = None
    challenge_id: str | None = None
    subscription_id: str | None = None
    buyer_id: str | None = None


ABOUT_NOTHING = About()


@dataclass(frozen=True, slots=True)
class Drafting:
    """For one thing that is due; `journal` is the one that it was posted with, where it was."""

    work: UnitOfWork
    issuer: Issuer
    due: Due
    journal: Journal | None

    def _draft(
        self,
        kind: DocumentKind,
        recipient_id: str,
        currency: str,
        lines: tuple[Line, ...],
        taxes: tuple[TaxLine, ...],
        about: About = ABOUT_NOTHING,
        *,
        related: str | None = None,
        charge_id: str | None = None,
    ) -> Draft:
        corrected = f":{related}" if kind is DocumentKind.CREDIT_NOTE else ""
        return Draft(
            key=f"{kind}:{self.due.id}{corrected}",
            kind=kind,
            recipient_id=recipient_id,
            recipient=self._party(recipient_id),
            currency=currency,
            lines=lines,
            taxes=taxes,
            supplied_at=self.due.at,
            source=self.due.id,
            branding=branding_of(self.work, recipient_id, self.due.at, self.issuer.branding, about.buyer_id),
            escrow_id=about.escrow_id,
            challenge_id=about.challenge_id,
            subscription_id=about.subscription_id,
            related=related,
            charge_id=charge_id,
        )

    def _credited(self, invoice: Document, papers: Iterable[Document]) -> int:
        """How much of an invoice was given back already."""
        return -sum(paper.draft.total for paper in papers if paper.draft.related == invoice.number)

    def _credit_note(self, invoice: Document, before: int, part: int, item: LineItem, about: About) -> Draft:
        """For `part` of an invoice of which `before` was given back already, with its tax."""
        (invoiced,) = invoice.draft.taxes
        tax = credited(invoiced, before=before, amount=part)
        line = Line(item, tax.basis, invoice.draft.lines[0].subject)
        to, currency = invoice.draft.recipient_id, invoice.draft.currency
        return self._draft(DocumentKind.CREDIT_NOTE, to, currency, (line,), (tax,), about, related=invoice.number)

    def _party(self, user_id: str) -> Party:
        return party_of(user_id, self.work.billing.get(user_id), self.work.people.get(user_id))

    def _journal(self) -> Journal:
        if self.journal is None:
            raise InvariantBroken(f"the journal {self.due.id} is gone")
        return self.journal
