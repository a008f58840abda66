"""The daily comparisons with Stripe's books, in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.views import DifferenceKind
from payments.adapters.documents import ReconciliationDocument
from payments.adapters.inserting import put
from payments.domain.reconciliation import Difference, Line, Reconciliation


class MongoReconciliations:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(ReconciliationDocument, session)

    def get(self, day: date) -> Reconciliation | None:
        document = self._documents.get(day.isoformat())
        return None if document is None else _report(document)

    def page(self, cursor: str | None, limit: int) -> tuple[list[Reconciliation], str | None]:
        documents, next_cursor = self._documents.page({}, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [_report(document) for document in documents], next_cursor

    def put(self, report: Reconciliation) -> None:
        document = ReconciliationDocument(
            id=report.day.isoformat(),
            version=max(report.version, 1),
            matched=report.matched,
            differences=[_stored(difference) for difference in report.differences],
            made_at=report.made_at,
        )
        put(self._documents, document, report.version)


def _stored(difference: Difference) -> dict[str, Any]:
    lines = {"journal": difference.journal, "stripe": difference.stripe}
    return {"kind": difference.kind.value} | {name: asdict(line) for name, line in lines.items() if line is not None}


def _report(document: ReconciliationDocument) -> Reconciliation:
    return Reconciliation(
        day=date.fromisoformat(document.id),
        version=document.version,
        matched=document.matched,
        differences=tuple(_difference(dict(row)) for row in document.differences),
        made_at=document.made_at,
    )


def _difference(row: dict[str, Any]) -> Difference:
    journal, stripe = (Line(**row[name]) if name in row else None for name in ("journal", "stripe"))
    return Difference(DifferenceKind(row["kind"]), journal, stripe)
