"""The history of people's money, the tallies of reports, who people are and how organisations look, in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.document_views import TaxTreatment, TransactionAccount
from payments.adapters.document_archive import equal, party_of_record, party_record, within
from payments.adapters.document_records import BillingRecord, BrandRecord, PersonRecord, TallyRecord, TransactionRecord
from payments.adapters.inserting import insert, put
from payments.domain.documents.branding import Brand
from payments.domain.documents.people import BillingDetails, Person
from payments.domain.documents.reports import FeeTally, Tally
from payments.domain.documents.transactions import Transaction
from payments.usecases.document_ports import TransactionFilter

_NOT_AMOUNTS = ("month", "currency", "version", "invoiced")


class MongoTransactions:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(TransactionRecord, session)

    def add(self, transaction: Transaction) -> None:
        insert(self._records, TransactionRecord(version=1, **asdict(transaction) | {"account": transaction.account.value}))

    def page(self, wanted: TransactionFilter, cursor: str | None, limit: int) -> tuple[list[Transaction], str | None]:
        records, next_cursor = self._records.page(_query(wanted), sort=[("at", -1)], cursor=cursor, limit=limit)
        return [_transaction(record) for record in records], next_cursor

    def earliest(self, wanted: TransactionFilter, limit: int) -> list[Transaction]:
        found = self._records.find(_query(wanted), sort=[("at", 1), ("_id", 1)], limit=limit)
        return [_transaction(record) for record in found]


class MongoTallies:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(TallyRecord, session)

    def get(self, month: str, currency: str) -> Tally:
        record = self._records.get(f"{month}:{currency}")
        return Tally(month, currency) if record is None else _tally(record)

    def between(self, first: str, last: str, currency: str | None) -> list[Tally]:
        query = {"month": {"$gte": first, "$lte": last}} | equal(currency=currency)
        return [_tally(record) for record in self._records.find(query, sort=[("_id", 1)])]

    def save(self, tally: Tally) -> None:
        amounts = {name: value for name, value in asdict(tally).items() if name not in _NOT_AMOUNTS}
        invoiced = [asdict(fee) | {"treatment": fee.treatment.value} for fee in tally.invoiced]
        record = TallyRecord(
            id=tally.id, version=max(tally.version, 1), month=tally.month, currency=tally.currency, amounts=amounts, invoiced=invoiced
        )
        put(self._records, record, tally.version)


class MongoPeople:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(PersonRecord, session)

    def get(self, user_id: str) -> Person | None:
        record = self._records.get(user_id)
        return None if record is None else Person(record.id, record.version, record.display_name, record.locale, record.sequence)

    def put(self, person: Person) -> None:
        record = PersonRecord(
            id=person.user_id,
            version=max(person.version, 1),
            display_name=person.display_name,
            locale=person.locale,
            sequence=person.sequence,
        )
        put(self._records, record, person.version)


class MongoBilling:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(BillingRecord, session)

    def get(self, user_id: str) -> BillingDetails:
        record = self._records.get(user_id)
        if record is None:
            return BillingDetails(user_id)
        return BillingDetails(user_id, record.version, party_of_record(record.party), record.organisation_id)

    def save(self, details: BillingDetails) -> None:
        if details.party is None:
            raise ValueError("there is nothing to keep")
        record = BillingRecord(
            id=details.user_id,
            version=max(details.version, 1),
            party=party_record(details.party),
            organisation_id=details.organisation_id,
        )
        put(self._records, record, details.version)


class MongoBrands:
    def __init__(self, session: ClientSession) -> None:
        self._records = DocumentCollection(BrandRecord, session)

    def get(self, organisation_id: str) -> Brand | None:
        record = self._records.get(organisation_id)
        return None if record is None else Brand(record.id, record.version, record.name, record.colour, record.sequence)

    def put(self, brand: Brand) -> None:
        record = BrandRecord(
            id=brand.organisation_id, version=max(brand.version, 1), name=brand.name, colour=brand.colour, sequence=brand.sequence
        )
        put(self._records, record, brand.version)


def _query(wanted: TransactionFilter) -> dict[str, Any]:
    query = equal(account=wanted.account, kind=wanted.kind, currency=wanted.currency, escrow_id=wanted.escrow_id)
    return query | {"user_id": wanted.user_id} | within("at", wanted.since, wanted.until)


def _transaction(record: TransactionRecord) -> Transaction:
    return Transaction(
        id=record.id,
        user_id=record.user_id,
        at=record.at,
        account=TransactionAccount(record.account),
        kind=record.kind,
        reference=record.reference,
        amount=record.amount,
        fee=record.fee,
        currency=record.currency,
        escrow_id=record.escrow_id,
        title=record.title,
    )


def _tally(record: TallyRecord) -> Tally:
    invoiced = tuple(FeeTally(**row | {"treatment": TaxTreatment(row["treatment"])}) for row in record.invoiced)
    return Tally(month=record.month, currency=record.currency, version=record.version, invoiced=invoiced, **record.amounts)
