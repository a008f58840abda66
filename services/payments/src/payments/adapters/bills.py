"""Bills in MongoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.subscription_views import BillKind, BillStatus
from payments.adapters.escrow_documents import ChargeDocument
from payments.adapters.inserting import insert
from payments.adapters.plans import stored_terms, terms_of
from payments.adapters.subscription_documents import BillDocument
from payments.domain.milestone import Charge
from payments.domain.subscriptions.bill import Bill


class MongoBills:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(BillDocument, session)

    def get(self, bill_id: str) -> Bill | None:
        document = self._documents.get(bill_id)
        return None if document is None else _bill(document)

    def page_of(self, subscription_id: str, cursor: str | None, limit: int) -> tuple[list[Bill], str | None]:
        documents, next_cursor = self._documents.page({"subscription_id": subscription_id}, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [_bill(document) for document in documents], next_cursor

    def due_to_earn(self, at: datetime, limit: int) -> list[str]:
        query = {"awaits_earning": True, "earned_at": {"$lte": at}}
        return [row["_id"] for row in self._documents.rows(query, sort=[("earned_at", 1)], limit=limit)]

    def add(self, bill: Bill) -> None:
        insert(self._documents, _document(bill))

    def save(self, bill: Bill) -> Bill:
        self._documents.replace(_document(bill), bill.version)
        return replace(bill, version=bill.version + 1)


def _document(bill: Bill) -> BillDocument:
    charge = bill.charge
    return BillDocument(
        id=bill.id,
        version=bill.version,
        subscription_id=bill.subscription_id,
        payer_id=bill.payer_id,
        kind=bill.kind.value,
        terms=stored_terms(bill.terms),
        amount=bill.amount,
        period_start=bill.period_start,
        period_end=bill.period_end,
        period_key=bill.period_key,
        created_at=bill.created_at,
        status=bill.status.value,
        charge=ChargeDocument(intent_id=charge.intent_id, charge_id=charge.charge_id) if charge else None,
        paid_at=bill.paid_at,
        refunded=bill.refunded,
        refunding=bill.refunding,
        refund_saga_id=bill.refund_saga_id,
        earned=bill.earned,
        failure_code=bill.failure_code,
        charged_back=bill.charged_back,
        lost=bill.lost,
        awaits_earning=True if bill.earned_at else None,
        earned_at=bill.earned_at,
    )


def _bill(document: BillDocument) -> Bill:
    charge = document.charge
    return Bill(
        id=document.id,
        version=document.version,
        subscription_id=document.subscription_id,
        payer_id=document.payer_id,
        kind=BillKind(document.kind),
        terms=terms_of(document.terms),
        amount=document.amount,
        period_start=document.period_start,
        period_end=document.period_end,
        created_at=document.created_at,
        status=BillStatus(document.status),
        charge=Charge(charge.intent_id, charge.charge_id) if charge else None,
        paid_at=document.paid_at,
        refunded=document.refunded,
        refunding=document.refunding,
        refund_saga_id=document.refund_saga_id,
        earned=document.earned,
        failure_code=document.failure_code,
        charged_back=document.charged_back,
        lost=document.lost,
    )
