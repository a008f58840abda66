"""Documents in MongoDB: what is due, the numbers, and the documents themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.document_views import DocumentKind, LineItem, TaxTreatment
from payments.adapters.document_records import DocumentRecord, DueRecord, LineRecord, PartyRecord, SeriesRecord, TaxRecord
from payments.adapters.inserting import insert, put
from payments.domain.documents.document import Branding, Document, Draft, Line, Party, TaxLine
from payments.domain.documents.due import LONGEST_PAUSE, Due
from payments.domain.documents.series import Series
from payments.usecases.document_ports import DocumentFilter


class MongoDues:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(DueRecord, session)

    def add(self, due: Due) -> None:
        insert(self._records, _due_record(due))

    def get(self, key: str) -> Due | None:
        record = self._records.get(key)
        return None if record is None else _due(record)

    def unknown(self, keys: Sequence[str]) -> list[str]:
        known = {row["_id"] for row in self._records.rows({"_id": {"$in": list(keys)}})}
        return [key for key in keys if key not in known]

    def ready(self, at: datetime, limit: int) -> list[Due]:
        found = self._records.find({"waits": True, "due_at": {"$lte": at}}, sort=[("due_at", 1)], limit=limit)
        if len(found) < limit:
            out_of_reach = {"waits": True, "due_at": {"$gt": at + LONGEST_PAUSE}}
            found += self._records.find(out_of_reach, sort=[("due_at", 1)], limit=limit - len(found))
        return [_due(record) for record in found]

    def oldest(self) -> datetime | None:
        """Of those that wait, which the index holds alone: seldom more than a few."""
        found = self._records.find({"waits": True}, sort=[("at", 1)], limit=1)
        return found[0].at if found else None

    def save(self, due: Due) -> None:
        self._records.replace(_due_record(due), due.version)


class MongoSeries:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(SeriesRecord, session)

    def get(self, series_id: str) -> Series:
        record = self._records.get(series_id)
        return Series(series_id) if record is None else Series(series_id, record.version, record.last, record.last_at)

    def save(self, series: Series) -> None:
        record = SeriesRecord(id=series.id, version=max(series.version, 1), last=series.last, last_at=series.last_at)
        put(self._records, record, series.version)


class MongoDocuments:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(DocumentRecord, session)

    def get(self, document_id: str) -> Document | None:
        record = self._records.get(document_id)
        return None if record is None else _document(record)

    def of_key(self, key: str) -> Document | None:
        found = self._records.find({"key": key}, limit=1)
        return _document(found[0]) if found else None

    def of_escrow(self, escrow_id: str) -> list[Document]:
        return self._in_order({"escrow_id": escrow_id})

    def of_subscription(self, subscription_id: str) -> list[Document]:
        return self._in_order({"subscription_id": subscription_id})

    def _in_order(self, query: dict[str, Any]) -> list[Document]:
        found = self._records.find(query)
        return [_document(record) for record in sorted(found, key=lambda record: (record.issued_at, record.id))]

    def page(self, wanted: DocumentFilter, cursor: str | None, limit: int) -> tuple[list[Document], str | None]:
        query = equal(kind=wanted.kind, currency=wanted.currency, escrow_id=wanted.escrow_id)
        query |= {"recipient_id": wanted.recipient_id} | within("issued_at", wanted.since, wanted.until)
        records, next_cursor = self._records.page(query, sort=[("issued_at", -1)], cursor=cursor, limit=limit)
        return [_document(record) for record in records], next_cursor

    def add(self, document: Document) -> None:
        insert(self._records, _record(document))


def equal(**fields: str | None) -> dict[str, Any]:
    """The query for those fields that matter."""
    return {name: str(value) for name, value in fields.items() if value is not None}


def within(field: str, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """The query for a period; its ends may be open."""
    bounds = {operator: bound for operator, bound in (("$gte", since), ("$lt", until)) if bound is not None}
    return {field: bounds} if bounds else {}


def party_record(party: Party) -> PartyRecord:
    return PartyRecord(name=party.name, address=list(party.address), country=party.country, tax_id=party.tax_id)


def party_of_record(record: PartyRecord) -> Party:
    return Party(record.name, tuple(record.address), record.country, record.tax_id)


def _due_record(due: Due) -> DueRecord:
    waits = None if due.done else True
    return DueRecord(id=due.id, version=due.version, book=due.book, at=due.at, waits=waits, due_at=due.due_at, attempts=due.attempts)


def _due(record: DueRecord) -> Due:
    return Due(record.id, record.book, record.at, record.due_at, record.version, record.attempts)


def _record(document: Document) -> DocumentRecord:
    draft = document.draft
    return DocumentRecord(
        id=document.id,
        version=1,
        key=draft.key,
        number=document.number,
        kind=draft.kind.value,
        issuer=party_record(document.issuer),
        recipient_id=draft.recipient_id,
        recipient=party_record(draft.recipient),
        currency=draft.currency,
        lines=[
            LineRecord(item=line.item.value, amount=line.amount, subject=line.subject, basis=line.basis, rate=line.rate)
            for line in draft.lines
        ],
        taxes=[TaxRecord(treatment=tax.treatment.value, rate=tax.rate, basis=tax.basis, amount=tax.amount) for tax in draft.taxes],
        issued_at=document.issued_at,
        supplied_at=draft.supplied_at,
        source=draft.source,
        brand_name=draft.branding.name,
        brand_colour=draft.branding.colour,
        escrow_id=draft.escrow_id,
        challenge_id=draft.challenge_id,
        related=draft.related,
        charge_id=draft.charge_id,
        subscription_id=draft.subscription_id,
    )


def _document(record: DocumentRecord) -> Document:
    draft = Draft(
        key=record.key,
        kind=DocumentKind(record.kind),
        recipient_id=record.recipient_id,
        recipient=party_of_record(record.recipient),
        currency=record.currency,
        lines=tuple(Line(LineItem(line.item), line.amount, line.subject, line.basis, line.rate) for line in record.lines),
        taxes=tuple(TaxLine(TaxTreatment(tax.treatment), tax.rate, tax.basis, tax.amount) for tax in record.taxes),
        supplied_at=record.supplied_at,
        source=record.source,
        branding=Branding(record.brand_name, record.brand_colour),
        escrow_id=record.escrow_id,
        challenge_id=record.challenge_id,
        related=record.related,
        charge_id=record.charge_id,
        subscription_id=record.subscription_id,
    )
    return Document(record.id, record.number, party_of_record(record.issuer), record.issued_at, draft)
