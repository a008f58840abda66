"""The collections of documents, the history of people's money and reports: what is stored, and the indexes its queries need."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    LongField,
    StringField,
)

from chassis.documents import Embedded, VersionedDocument


class DueRecord(VersionedDocument):
    """Its id is the business key of the journal. `waits` is set as long as it is due, so that what is done is in no index."""

    book = StringField(required=True)
    at = DateTimeField(required=True)
    waits = BooleanField()
    due_at = DateTimeField()
    attempts = IntField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "documents_due", "indexes": [{"fields": ["waits", "due_at"], "sparse": True}]}


class SeriesRecord(VersionedDocument):
    last = IntField(required=True)
    last_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "number_series"}


class PartyRecord(Embedded):
    name = StringField(required=True)
    address = ListField(StringField())
    country = StringField()
    tax_id = StringField()


class LineRecord(Embedded):
    item = StringField(required=True)
    amount = LongField(required=True)
    subject = StringField()
    basis = LongField()
    rate = IntField()


class TaxRecord(Embedded):
    treatment = StringField(required=True)
    rate = IntField(required=True)
    basis = LongField(required=True)
    amount = LongField(required=True)


class DocumentRecord(VersionedDocument):
    """Never replaced. `key` and `number` are unique: the database itself refuses a second document for one fact, and a number twice."""

    key = StringField(required=True)
    number = StringField(required=True)
    kind = StringField(required=True)
    issuer = EmbeddedDocumentField(PartyRecord, required=True)
    recipient_id = StringField(required=True)
    recipient = EmbeddedDocumentField(PartyRecord, required=True)
    currency = StringField(required=True)
    lines = EmbeddedDocumentListField(LineRecord)
    taxes = EmbeddedDocumentListField(TaxRecord)
    issued_at = DateTimeField(required=True)
    supplied_at = DateTimeField(required=True)
    source = StringField(required=True)
    brand_name = StringField(required=True)
    brand_colour = StringField(required=True)
    escrow_id = StringField()
    challenge_id = StringField()
    related = StringField()
    charge_id = StringField()
    subscription_id = StringField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "accounting_documents",
        "indexes": [
            {"fields": ["key"], "unique": True},
            {"fields": ["number"], "unique": True},
            {"fields": ["recipient_id", "issued_at", "_id"]},
            {"fields": ["escrow_id"], "sparse": True},
            {"fields": ["subscription_id"], "sparse": True},
        ],
    }


class TransactionRecord(VersionedDocument):
    user_id = StringField(required=True)
    at = DateTimeField(required=True)
    account = StringField(required=True)
    kind = StringField(required=True)
    reference = StringField(required=True)
    amount = LongField(required=True)
    fee = LongField(required=True)
    currency = StringField(required=True)
    escrow_id = StringField()
    title = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "transactions", "indexes": [{"fields": ["user_id", "at", "_id"]}]}


class TallyRecord(VersionedDocument):
    """Its id is the month and the currency."""

    month = StringField(required=True)
    currency = StringField(required=True)
    amounts = DictField(required=True)
    invoiced = ListField(DictField())

    meta: ClassVar[dict[str, Any]] = {"collection": "tallies", "indexes": [{"fields": ["month"]}]}


class PersonRecord(VersionedDocument):
    """Its id is the person's."""

    display_name = StringField(required=True)
    locale = StringField(required=True)
    sequence = IntField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "people"}


class BillingRecord(VersionedDocument):
    """Its id is the person's."""

    party = EmbeddedDocumentField(PartyRecord, required=True)
    organisation_id = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "billing_details"}


class BrandRecord(VersionedDocument):
    """Its id is the organisation's."""

    name = StringField(required=True)
    colour = StringField()
    sequence = IntField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "brands"}


ALL: tuple[type[VersionedDocument], ...] = (
    DueRecord,
    SeriesRecord,
    DocumentRecord,
    TransactionRecord,
    TallyRecord,
    PersonRecord,
    BillingRecord,
    BrandRecord,
)
