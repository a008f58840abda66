"""Sagas in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import datetime

import structlog
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import SagaDocument
from payments.adapters.inserting import insert
from payments.domain.saga import (
    DATED,
    OUT_OF_REACH,
    STUCK_AFTER,
    WAITING,
    ChargebackOrder,
    FundOrder,
    Order,
    PayoutOrder,
    RefundOrder,
    ReleaseOrder,
    ReversalOrder,
    Saga,
    SagaStatus,
    SettleOrder,
    Step,
)
from payments.domain.subscriptions.orders import BillOrder, BillRefundOrder

log = structlog.get_logger(__name__)
_KINDS: dict[str, type[Order]] = {
    "fund": FundOrder,
    "release": ReleaseOrder,
    "refund": RefundOrder,
    "reversal": ReversalOrder,
    "payout": PayoutOrder,
    "settle": SettleOrder,
    "chargeback": ChargebackOrder,
    "bill": BillOrder,
    "bill_refund": BillRefundOrder,
}
_KIND_OF = {order: kind for kind, order in _KINDS.items()}
_FIELDS_OF = {kind: {field.name for field in fields(order)} for kind, order in _KINDS.items()}
_STEPS = {step.value for step in Step}
_UNDATED = [step.value for step in Step if step not in DATED]


class MongoSagas:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(SagaDocument, session)

    def get(self, saga_id: str) -> Saga | None:
        document = self._documents.get(saga_id)
        return None if document is None else _saga(document)

    def started_by(self, call_key: str) -> list[Saga]:
        return [_saga(document) for document in self._documents.find({"call_key": call_key})]

    def due(self, at: datetime, limit: int) -> list[Saga]:
        """Each query is covered by an index that begins with its equalities. What only a newer release understands is left to it."""
        running = {"status": SagaStatus.RUNNING.value}
        due = self._documents.find({**running, "due_at": {"$lte": at}}, sort=[("due_at", 1)], limit=limit)
        if len(due) < limit:
            out_of_reach = {**running, "step": {"$in": _UNDATED}, "due_at": {"$gt": at + OUT_OF_REACH}}
            due += self._documents.find(out_of_reach, sort=[("due_at", 1)], limit=limit - len(due))
        return [_saga(document) for document in due if _understood(document)]

    def waiting_for(self, user_id: str) -> list[Saga]:
        return [_saga(document) for document in self._documents.find({"waits_for": user_id})]

    def count_stuck(self) -> int:
        at_work_or_failing = [{"step": {"$nin": [step.value for step in WAITING]}}, {"last_error": {"$ne": None}}]
        return self._documents.count({"status": SagaStatus.RUNNING.value, "attempts": {"$gte": STUCK_AFTER}, "$or": at_work_or_failing})

    def add(self, saga: Saga) -> None:
        insert(self._documents, _document(saga))

    def save(self, saga: Saga) -> Saga:
        self._documents.replace(_document(saga), saga.version)
        return replace(saga, version=saga.version + 1)


def _document(saga: Saga) -> SagaDocument:
    return SagaDocument(
        id=saga.id,
        version=saga.version,
        kind=_KIND_OF[type(saga.order)],
        order=asdict(saga.order),
        status=saga.status.value,
        step=saga.step.value,
        call_key=saga.call_key,
        driver=saga.driver,
        due_at=saga.due_at,
        created_at=saga.created_at,
        round=saga.round,
        attempts=saga.attempts,
        reference=saga.reference,
        failure_code=saga.failure_code,
        last_error=saga.last_error,
        waits_for=saga.waits_for,
    )


def _understood(document: SagaDocument) -> bool:
    known = document.kind in _KINDS and set(document.order) <= _FIELDS_OF[document.kind] and document.step in _STEPS
    if not known:
        log.warning("saga_of_a_newer_release", saga_id=document.id, kind=document.kind, step=document.step)
    return known


def _saga(document: SagaDocument) -> Saga:
    return Saga(
        id=document.id,
        version=document.version,
        order=_KINDS[document.kind](**document.order),
        status=SagaStatus(document.status),
        step=Step(document.step),
        call_key=document.call_key,
        driver=document.driver,
        due_at=document.due_at,
        created_at=document.created_at,
        round=document.round,
        attempts=document.attempts,
        reference=document.reference,
        failure_code=document.failure_code,
        last_error=document.last_error,
    )
