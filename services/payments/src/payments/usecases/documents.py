"""Documents and transactions as callers see them, and who may see which."""

from __future__ import annotations

from chassis.principal import Principal
from contracts.money import SignedMoney
from contracts.payments.document_views import (
    BrandingView,
    DocumentLineView,
    DocumentView,
    Locale,
    PartyView,
    TaxLineView,
    TransactionView,
)
from payments.domain.documents.document import Document, Line, Party, TaxLine
from payments.domain.documents.errors import DocumentNotFound
from payments.domain.documents.transactions import Transaction
from payments.usecases.ports import UnitOfWork
from payments.usecases.views import is_finance


def visible_document(work: UnitOfWork, document_id: str, principal: Principal) -> Document:
    """A document, for its recipient and for finance.

    Raises:
        DocumentNotFound: for everybody else, as if it did not exist.
    """
    document = work.documents.get(document_id)
    if document is None or not (document.draft.recipient_id == principal.user_id or is_finance(principal)):
        raise DocumentNotFound
    return document


def language_of(work: UnitOfWork, wanted: Locale | None, user_id: str) -> Locale:
    """What was asked for, else the person's own language where documents speak it, else English."""
    if wanted is not None:
        return wanted
    person = work.people.get(user_id)
    language = "" if person is None else person.locale.partition("-")[0]
    return Locale(language) if language in set(Locale) else Locale.EN


def document_view(document: Document) -> DocumentView:
    draft = document.draft

    def money(amount: int) -> SignedMoney:
        return SignedMoney(amount_minor=amount, currency=draft.currency)

    def line(line: Line) -> DocumentLineView:
        basis = None if line.basis is None else money(line.basis)
        return DocumentLineView(item=line.item, subject=line.subject, amount=money(line.amount), basis=basis, rate_basis_points=line.rate)

    def tax(tax: TaxLine) -> TaxLineView:
        return TaxLineView(treatment=tax.treatment, rate_basis_points=tax.rate, basis=money(tax.basis), amount=money(tax.amount))

    return DocumentView(
        id=document.id,
        version=1,
        number=document.number,
        kind=draft.kind,
        issued_by=party_view(document.issuer),
        recipient=party_view(draft.recipient),
        recipient_id=draft.recipient_id,
        lines=tuple(line(each) for each in draft.lines),
        taxes=tuple(tax(each) for each in draft.taxes),
        total=money(draft.total),
        escrow_id=draft.escrow_id,
        challenge_id=draft.challenge_id,
        subscription_id=draft.subscription_id,
        related=draft.related,
        branding=BrandingView(name=draft.branding.name, colour=draft.branding.colour),
        issued_at=document.issued_at,
        supplied_at=draft.supplied_at,
    )


def party_view(party: Party) -> PartyView:
    return PartyView(name=party.name, address=party.address, country=party.country, tax_id=party.tax_id)


def transaction_view(transaction: Transaction) -> TransactionView:
    def money(amount: int) -> SignedMoney:
        return SignedMoney(amount_minor=amount, currency=transaction.currency)

    return TransactionView(
        id=transaction.id,
        at=transaction.at,
        account=transaction.account,
        kind=transaction.kind,
        reference=transaction.reference,
        amount=money(transaction.amount),
        fee=money(transaction.fee),
        escrow_id=transaction.escrow_id,
        title=transaction.title,
    )
