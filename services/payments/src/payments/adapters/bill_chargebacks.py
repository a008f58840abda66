"""Chargebacks of bills in MongoDB."""

from __future__ import annotations

from dataclasses import replace

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.views import ChargebackStatus
from payments.adapters.inserting import insert
from payments.adapters.subscription_documents import BillChargebackDocument
from payments.domain.subscriptions.bill_chargeback import BillChargeback


class MongoBillChargebacks:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(BillChargebackDocument, session)

    def get(self, chargeback_id: str) -> BillChargeback | None:
        document = self._documents.get(chargeback_id)
        return None if document is None else _chargeback(document)

    def page(self, cursor: str | None, limit: int) -> tuple[list[BillChargeback], str | None]:
        documents, next_cursor = self._documents.page({}, sort=[("created_at", -1)], cursor=cursor, limit=limit)
        return [_chargeback(document) for document in documents], next_cursor

    def add(self, chargeback: BillChargeback) -> None:
        insert(self._documents, _document(chargeback))

    def save(self, chargeback: BillChargeback) -> BillChargeback:
        self._documents.replace(_document(chargeback), chargeback.version)
        return replace(chargeback, version=chargeback.version + 1)


def _document(chargeback: BillChargeback) -> BillChargebackDocument:
    return BillChargebackDocument(
        id=chargeback.id,
        version=chargeback.version,
        subscription_id=chargeback.subscription_id,
        bill_id=chargeback.bill_id,
        amount=chargeback.amount,
        currency=chargeback.currency,
        reason=chargeback.reason,
        status=chargeback.status.value,
        evidence_due_by=chargeback.evidence_due_by,
        created_at=chargeback.created_at,
        updated_at=chargeback.updated_at,
        taken=chargeback.taken,
    )


def _chargeback(document: BillChargebackDocument) -> BillChargeback:
    return BillChargeback(
        id=document.id,
        version=document.version,
        subscription_id=document.subscription_id,
        bill_id=document.bill_id,
        amount=document.amount,
        currency=document.currency,
        reason=document.reason,
        status=ChargebackStatus(document.status),
        evidence_due_by=document.evidence_due_by,
        created_at=document.created_at,
        updated_at=document.updated_at,
        taken=document.taken,
    )
