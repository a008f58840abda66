"""Payouts in MongoDB."""

from __future__ import annotations

from dataclasses import replace

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.views import PayoutStatus
from payments.adapters.documents import PayoutDocument
from payments.adapters.inserting import insert
from payments.domain.payout import Payout


class MongoPayouts:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(PayoutDocument, session)

    def get(self, payout_id: str) -> Payout | None:
        document = self._documents.get(payout_id)
        return None if document is None else _payout(document)

    def page_of(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Payout], str | None]:
        documents, next_cursor = self._documents.page({"user_id": user_id}, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [_payout(document) for document in documents], next_cursor

    def add(self, payout: Payout) -> None:
        insert(self._documents, _document(payout))

    def save(self, payout: Payout) -> Payout:
        self._documents.replace(_document(payout), payout.version)
        return replace(payout, version=payout.version + 1)


def _document(payout: Payout) -> PayoutDocument:
    return PayoutDocument(
        id=payout.id,
        version=payout.version,
        user_id=payout.user_id,
        amount=payout.amount,
        currency=payout.currency,
        status=payout.status.value,
        failure_code=payout.failure_code,
        created_at=payout.created_at,
        updated_at=payout.updated_at,
    )


def _payout(document: PayoutDocument) -> Payout:
    return Payout(
        id=document.id,
        version=document.version,
        user_id=document.user_id,
        amount=document.amount,
        currency=document.currency,
        status=PayoutStatus(document.status),
        failure_code=document.failure_code,
        created_at=document.created_at,
        updated_at=document.updated_at,
    )
