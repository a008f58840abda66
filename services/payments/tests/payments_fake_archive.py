"""Fakes of what documents, histories and reports are kept in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chassis.mongo import LostRace
from payments.domain.documents.branding import Brand
from payments.domain.documents.document import Document
from payments.domain.documents.due import LONGEST_PAUSE, Due
from payments.domain.documents.people import BillingDetails, Person
from payments.domain.documents.reports import Tally
from payments.domain.documents.series import Series
from payments.domain.documents.transactions import Transaction
from payments.usecases.document_ports import DocumentFilter, TransactionFilter


@dataclass
class Rows:
    rows: dict[str, Any]

    def _add(self, id: str, row: Any) -> None:
        if id in self.rows:
            raise LostRace
        self.rows[id] = row

    def _put(self, id: str, row: Any) -> None:
        """Over the version that was read; 0 where there was none."""
        stored = self.rows.get(id)
        if (0 if stored is None else stored.version) != row.version:
            raise LostRace
        self.rows[id] = replace(row, version=row.version + 1)


class FakeDues(Rows):
    def add(self, due: Due) -> None:
        self._add(due.id, due)

    def get(self, key: str) -> Due | None:
        return self.rows.get(key)

    def unknown(self, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if key not in self.rows]

    def ready(self, at: datetime, limit: int) -> list[Due]:
        waiting = [row for row in self.rows.values() if row.due_at is not None]
        ready = [row for row in waiting if row.due_at <= at or row.due_at > at + LONGEST_PAUSE]
        return sorted(ready, key=lambda row: row.due_at)[:limit]

    def oldest(self) -> datetime | None:
        return min((row.at for row in self.rows.values() if row.due_at is not None), default=None)

    def save(self, due: Due) -> None:
        self._put(due.id, due)


class FakeSeries(Rows):
    def get(self, series_id: str) -> Series:
        return self.rows.get(series_id, Series(series_id))

    def save(self, series: Series) -> None:
        self._put(series.id, series)


class FakeDocuments(Rows):
    def get(self, document_id: str) -> Document | None:
        return self.rows.get(document_id)

    def of_key(self, key: str) -> Document | None:
        return next((row for row in self.rows.values() if row.draft.key == key), None)

    def of_escrow(self, escrow_id: str) -> list[Document]:
        return sorted((row for row in self.rows.values() if row.draft.escrow_id == escrow_id), key=lambda row: (row.issued_at, row.id))

    def of_subscription(self, subscription_id: str) -> list[Document]:
        found = (row for row in self.rows.values() if row.draft.subscription_id == subscription_id)
        return sorted(found, key=lambda row: (row.issued_at, row.id))

    def page(self, wanted: DocumentFilter, cursor: str | None, limit: int) -> tuple[list[Document], str | None]:
        found = [row for row in self.rows.values() if row.draft.recipient_id == wanted.recipient_id and _fits(row.draft, wanted)]
        found = [row for row in found if _within(row.issued_at, wanted)]
        return _page(found, "issued_at", cursor, limit)

    def add(self, document: Document) -> None:
        if self.of_key(document.draft.key) or any(row.number == document.number for row in self.rows.values()):
            raise LostRace
        self._add(document.id, document)


class FakeTransactions(Rows):
    def add(self, transaction: Transaction) -> None:
        self._add(transaction.id, transaction)

    def page(self, wanted: TransactionFilter, cursor: str | None, limit: int) -> tuple[list[Transaction], str | None]:
        return _page(self._found(wanted), "at", cursor, limit)

    def earliest(self, wanted: TransactionFilter, limit: int) -> list[Transaction]:
        return sorted(self._found(wanted), key=lambda row: (row.at, row.id))[:limit]

    def _found(self, wanted: TransactionFilter) -> list[Transaction]:
        own = [row for row in self.rows.values() if row.user_id == wanted.user_id and wanted.account in (None, row.account)]
        return [row for row in own if _fits(row, wanted) and _within(row.at, wanted)]


class FakeTallies(Rows):
    def get(self, month: str, currency: str) -> Tally:
        return self.rows.get(f"{month}:{currency}", Tally(month, currency))

    def between(self, first: str, last: str, currency: str | None) -> list[Tally]:
        return [row for _, row in sorted(self.rows.items()) if first <= row.month <= last and currency in (None, row.currency)]

    def save(self, tally: Tally) -> None:
        self._put(tally.id, tally)


class FakePeople(Rows):
    def get(self, user_id: str) -> Person | None:
        return self.rows.get(user_id)

    def put(self, person: Person) -> None:
        self._put(person.user_id, person)


class FakeBilling(Rows):
    def get(self, user_id: str) -> BillingDetails:
        return self.rows.get(user_id, BillingDetails(user_id))

    def save(self, details: BillingDetails) -> None:
        self._put(details.user_id, details)


class FakeBrands(Rows):
    def get(self, organisation_id: str) -> Brand | None:
        return self.rows.get(organisation_id)

    def put(self, brand: Brand) -> None:
        self._put(brand.organisation_id, brand)


def _fits(row: Any, wanted: Any) -> bool:
    return all(getattr(wanted, name) in (None, getattr(row, name)) for name in ("kind", "currency", "escrow_id"))


def _within(at: datetime, wanted: Any) -> bool:
    return (wanted.since is None or at >= wanted.since) and (wanted.until is None or at < wanted.until)


def _page(found: list[Any], field: str, cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
    ordered = sorted(found, key=lambda row: (getattr(row, field), row.id), reverse=True)
    begin = 0 if cursor is None else [row.id.encode().hex() for row in ordered].index(cursor) + 1
    shown = ordered[begin : begin + limit]
    return shown, shown[-1].id.encode().hex() if len(ordered) > begin + limit else None
