"""Sagas in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

import structlog
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import SagaDocument
from payments.adapters.inserting import insert
from payments.domain.saga import (
    FURTHER_OUT_OF_REACH,
    OUT_OF_REACH,
    STUCK_AFTER,
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
)
from payments.domain.saga_steps import DATED, UNHURRIED, WAITING, Step
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
_STEPS = [step.value for step in Step]
_HURRIED = [step.value for step in Step if step not in DATED | UNHURRIED]
_UNHURRIED = [step.value for step in UNHURRIED]
_LEFT_TO_PEOPLE = {"status": SagaStatus.RUNNING.value, "step": Step.BY_HAND.value}


class MongoSagas:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(SagaDocument, session)

    def get(self, saga_id: str) -> Saga | None:
        document = self._documents.get(saga_id)
        return None if document is None else _saga(document)

    def started_by(self, call_key: str) -> list[Saga]:
        return [_saga(document) for document in self._documents.find({"call_key": call_key})]

    def due(self, at: datetime, limit: int) -> list[Saga]:
        """Each query goes by an index that begins with its equalities. What only a newer release understands is left to it."""
        return self._oldest({"attempts": 0, "step": {"$in": _STEPS}}, {"$lte": at}, limit)

    def due_again(self, at: datetime, limit: int) -> list[Saga]:
        due = self._oldest({"attempts": {"$gt": 0}, "step": {"$in": _STEPS}}, {"$lte": at}, limit)
        for steps, reach in ((_HURRIED, OUT_OF_REACH), (_UNHURRIED, FURTHER_OUT_OF_REACH)):
            due += self._oldest({"step": {"$in": steps}}, {"$gt": at + reach}, limit - len(due))
        return due

    def _oldest(self, query: dict[str, Any], due_at: dict[str, datetime], limit: int) -> list[Saga]:
        """At most `limit`. Orders that a newer release has given more fields are passed over, however many they are."""
        found: list[Saga] = []
        query = {"status": SagaStatus.RUNNING.value, "kind": {"$in": list(_KINDS)}, **query}
        last, seen, passed_over = due_at, list[str](), 0
        while (wanted := limit - len(found)) > 0:
            page = self._documents.find({**query, "due_at": last, "_id": {"$nin": seen}}, sort=[("due_at", 1)], limit=wanted)
            understood = [_saga(document) for document in page if _is_understood(document)]
            found, passed_over = found + understood, passed_over + len(page) - len(understood)
            if len(page) < wanted:
                break
            until = page[-1].due_at
            seen = [*(seen if last.get("$gte") == until else ()), *(document.id for document in page if document.due_at == until)]
            last = {**due_at, "$gte": until}
        if passed_over:
            log.warning("sagas_of_a_newer_release", number=passed_over)
        return found

    def waiting_for(self, user_id: str) -> list[Saga]:
        return [_saga(document) for document in self._documents.find({"waits_for": user_id})]

    def count_stuck(self) -> int:
        at_work_or_failing = [{"step": {"$nin": [step.value for step in WAITING]}}, {"last_error": {"$ne": None}}]
        return self._documents.count({"status": SagaStatus.RUNNING.value, "attempts": {"$gte": STUCK_AFTER}, "$or": at_work_or_failing})

    def left_to_people(self, cursor: str | None, limit: int) -> tuple[list[Saga], str | None]:
        documents, next_cursor = self._documents.page(_LEFT_TO_PEOPLE, sort=[("created_at", 1)], cursor=cursor, limit=limit)
        return [_saga(document) for document in documents], next_cursor

    def count_left_to_people(self) -> int:
        return self._documents.count(_LEFT_TO_PEOPLE)

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


def _is_understood(document: SagaDocument) -> bool:
    return set(document.order) <= _FIELDS_OF[document.kind]


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
