"""Chargebacks in MongoDB."""

from __future__ import annotations

from dataclasses import replace

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.views import ChargebackStatus
from payments.adapters.documents import ChargebackDocument
from payments.adapters.inserting import insert
from payments.domain.chargeback import Chargeback, Taken


class MongoChargebacks:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(ChargebackDocument, session)

    def get(self, chargeback_id: str) -> Chargeback | None:
        document = self._documents.get(chargeback_id)
        return None if document is None else _chargeback(document)

    def of_escrow(self, escrow_id: str) -> list[Chargeback]:
        return [_chargeback(document) for document in self._documents.find({"escrow_id": escrow_id})]

    def page(self, cursor: str | None, limit: int) -> tuple[list[Chargeback], str | None]:
        documents, next_cursor = self._documents.page({}, sort=[("created_at", -1)], cursor=cursor, limit=limit)
        return [_chargeback(document) for document in documents], next_cursor

    def add(self, chargeback: Chargeback) -> None:
        insert(self._documents, _document(chargeback))

    def save(self, chargeback: Chargeback) -> Chargeback:
        self._documents.replace(_document(chargeback), chargeback.version)
        return replace(chargeback, version=chargeback.version + 1)


def _document(chargeback: Chargeback) -> ChargebackDocument:
    taken = chargeback.taken
    return ChargebackDocument(
        id=chargeback.id,
        version=chargeback.version,
        escrow_id=chargeback.escrow_id,
        amount=chargeback.amount,
        currency=chargeback.currency,
        reason=chargeback.reason,
        status=chargeback.status.value,
        evidence_due_by=chargeback.evidence_due_by,
        created_at=chargeback.created_at,
        updated_at=chargeback.updated_at,
        from_payees=[{"user_id": user_id, "amount": amount} for user_id, amount in taken.payees],
        from_platform=taken.platform,
        from_held=[{"milestone_id": milestone_id, "amount": amount} for milestone_id, amount in taken.held],
        fees=[{"user_id": user_id, "amount": amount} for user_id, amount in taken.fees],
        charge_id=chargeback.charge_id,
    )


def _chargeback(document: ChargebackDocument) -> Chargeback:
    taken = Taken(
        payees=tuple((row["user_id"], row["amount"]) for row in document.from_payees),
        platform=document.from_platform,
        held=tuple((row["milestone_id"], row["amount"]) for row in document.from_held),
        fees=tuple((row["user_id"], row["amount"]) for row in document.fees),
    )
    return Chargeback(
        id=document.id,
        version=document.version,
        escrow_id=document.escrow_id,
        amount=document.amount,
        currency=document.currency,
        reason=document.reason,
        status=ChargebackStatus(document.status),
        evidence_due_by=document.evidence_due_by,
        created_at=document.created_at,
        updated_at=document.updated_at,
        taken=taken,
        charge_id=document.charge_id,
    )
