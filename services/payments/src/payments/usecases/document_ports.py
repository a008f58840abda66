"""What documents, the history of one's money and reports need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from contracts.payments.document_views import DocumentKind, Locale, TransactionAccount
from payments.domain.documents.branding import Brand
from payments.domain.documents.document import Branding, Document, Party
from payments.domain.documents.due import Due
from payments.domain.documents.people import BillingDetails, Person
from payments.domain.documents.reports import Tally
from payments.domain.documents.series import Series
from payments.domain.documents.tax import TaxRules
from payments.domain.documents.transactions import Transaction
from payments.domain.ledger import Statement


@dataclass(frozen=True, slots=True)
class Issuer:
    """The legal entity in whose name documents are issued: `code` begins its numbers."""

    code: str
    party: Party
    tax: TaxRules
    branding: Branding


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """From `since` on and before `until`; whatever is None does not matter."""

    recipient_id: str
    kind: DocumentKind | None = None
    currency: str | None = None
    escrow_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """As `DocumentFilter`."""

    user_id: str
    account: TransactionAccount | None = None
    kind: str | None = None
    currency: str | None = None
    escrow_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Dues(Protocol):
    """What is to be written down, and what was."""

    def add(self, due: Due) -> None: ...
    def get(self, key: str) -> Due | None: ...
    def unknown(self, keys: Sequence[str]) -> list[str]:
        """Those of these that were never due."""
        ...

    def ready(self, at: datetime, limit: int) -> list[Due]:
        """Those whose time has come, the longest due first; also those due later than anything is put off to: another clock
        wrote them (decision 0042).
        """
        ...

    def oldest(self) -> datetime | None:
        """When the oldest of what is due came about, whether its time has come or it was put off."""
        ...

    def save(self, due: Due) -> None: ...


class SeriesOfNumbers(Protocol):
    def get(self, series_id: str) -> Series:
        """A series of which nothing was given out yet where there is none."""
        ...

    def save(self, series: Series) -> None: ...


class Documents(Protocol):
    def get(self, document_id: str) -> Document | None: ...
    def of_key(self, key: str) -> Document | None: ...
    def of_escrow(self, escrow_id: str) -> list[Document]:
        """In the order they were issued in."""
        ...

    def of_subscription(self, subscription_id: str) -> list[Document]:
        """In the order they were issued in."""
        ...

    def page(self, wanted: DocumentFilter, cursor: str | None, limit: int) -> tuple[list[Document], str | None]:
        """The latest first."""
        ...

    def add(self, document: Document) -> None: ...


class Transactions(Protocol):
    def add(self, transaction: Transaction) -> None: ...
    def page(self, wanted: TransactionFilter, cursor: str | None, limit: int) -> tuple[list[Transaction], str | None]:
        """The latest first."""
        ...

    def earliest(self, wanted: TransactionFilter, limit: int) -> list[Transaction]: ...


class Tallies(Protocol):
    def get(self, month: str, currency: str) -> Tally: ...
    def between(self, first: str, last: str, currency: str | None) -> list[Tally]:
        """In the order of months, then currencies."""
        ...

    def save(self, tally: Tally) -> None: ...


class People(Protocol):
    def get(self, user_id: str) -> Person | None: ...
    def put(self, person: Person) -> None: ...


class Billing(Protocol):
    def get(self, user_id: str) -> BillingDetails: ...
    def save(self, details: BillingDetails) -> None: ...


class Brands(Protocol):
    def get(self, organisation_id: str) -> Brand | None: ...
    def put(self, brand: Brand) -> None: ...


class Archive(Protocol):
    """What of a transaction is about documents."""

    @property
    def due(self) -> Dues: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def series(self) -> SeriesOfNumbers: ...
    @property
    def transactions(self) -> Transactions: ...
    @property
    def tallies(self) -> Tallies: ...
    @property
    def people(self) -> People: ...
    @property
    def billing(self) -> Billing: ...
    @property
    def brands(self) -> Brands: ...


class DocumentGauges(Protocol):
    """What alerts are made of."""

    def oldest_due(self, waits: timedelta) -> None: ...


class Press(Protocol):
    """Renders papers as PDF: the same bytes for the same record and language."""

    def document(self, document: Document, locale: Locale) -> bytes: ...
    def statement(
        self, statement: Statement, owner: Party, branding: Branding, since: datetime, until: datetime, locale: Locale
    ) -> bytes: ...


class Sealer(Protocol):
    """Signs bundles of files."""

    def bundle(self, about: Mapping[str, Any], files: Sequence[tuple[str, bytes]], omissions: Sequence[str]) -> bytes:
        """A zip of these files with a signed manifest: the same bytes for the same content."""
        ...

    def keys(self) -> tuple[dict[str, Any], ...]:
        """The public keys, as JWKs."""
        ...
