"""The collections of payments: what is stored, and the indexes its queries need."""

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
from payments.adapters.escrow_documents import EscrowDocument

WEBHOOKS_KEPT_SECONDS = 40 * 24 * 3600  # Stripe retries for three days and lets one resend by hand for thirty
_WEBHOOKS_EXPIRE = {"fields": ["received_at"], "expireAfterSeconds": WEBHOOKS_KEPT_SECONDS}


class SagaDocument(VersionedDocument):
    kind = StringField(required=True)
    order = DictField(required=True)
    status = StringField(required=True)
    step = StringField(required=True)
    call_key = StringField(required=True)
    driver = StringField()
    due_at = DateTimeField(required=True)
    created_at = DateTimeField(required=True)
    round = IntField(required=True)
    attempts = IntField(required=True)
    reference = StringField()
    failure_code = StringField()
    last_error = StringField()
    waits_for = StringField()  # whose account, while it does: so that those few are found

    meta: ClassVar[dict[str, Any]] = {
        "collection": "sagas",
        "indexes": [
            {"fields": ["status", "due_at"]},
            {"fields": ["status", "attempts", "due_at"]},
            {"fields": ["status", "step", "due_at"]},
            {"fields": ["call_key"]},
            {"fields": ["waits_for"], "sparse": True},
            {"fields": ["order.escrow_id"], "sparse": True},
        ],
    }


class EvidenceDocument(Embedded):
    author_id = StringField(required=True)
    title = StringField(required=True)
    text = StringField(required=True)
    added_at = DateTimeField(required=True)


class DisputedPartDocument(Embedded):
    milestone_id = StringField(required=True)
    amount = LongField(required=True)


class DecisionDocument(Embedded):
    to_payee = LongField(required=True)
    to_payer = LongField(required=True)
    reason = StringField(required=True)
    decided_by = StringField(required=True)
    confirmed_by = StringField()


class DisputeDocument(VersionedDocument):
    escrow_id = StringField(required=True)
    opened_by = StringField(required=True)
    respondent_id = StringField(required=True)
    parts = EmbeddedDocumentListField(DisputedPartDocument)
    currency = StringField(required=True)
    reason = StringField(required=True)
    opened_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)
    status = StringField(required=True)
    answer = StringField()
    evidence = EmbeddedDocumentListField(EvidenceDocument)
    mediator_id = StringField()
    decision = EmbeddedDocumentField(DecisionDocument)
    lapsed = BooleanField(default=False)

    meta: ClassVar[dict[str, Any]] = {
        "collection": "disputes",
        "indexes": [
            {"fields": ["escrow_id"]},
            {"fields": ["opened_by", "_id"]},
            {"fields": ["respondent_id", "_id"]},
            {"fields": ["evidence.author_id"], "sparse": True},
        ],
    }


class PayoutDocument(VersionedDocument):
    user_id = StringField(required=True)
    amount = LongField(required=True)
    currency = StringField(required=True)
    status = StringField(required=True)
    failure_code = StringField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "payouts", "indexes": [{"fields": ["user_id", "-_id"]}]}


class BookDocument(VersionedDocument):
    length = IntField(required=True)
    last_hash = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "books"}


class MoveDocument(Embedded):
    source = StringField(required=True)
    destination = StringField(required=True)
    amount = LongField(required=True)


class JournalDocument(VersionedDocument):
    """Its id is the business key: the database itself refuses a second journal for one fact. Never replaced."""

    book = StringField(required=True)
    number = IntField(required=True)
    at = DateTimeField(required=True)
    moves = ListField(EmbeddedDocumentField(MoveDocument), required=True)
    previous_hash = StringField(required=True)
    hash = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {
        "collection": "journals",
        "indexes": [
            {"fields": ["book", "number"], "unique": True},
            {"fields": ["moves.source"]},
            {"fields": ["moves.destination"]},
            {"fields": ["at"]},
        ],
    }


class BalanceDocument(VersionedDocument):
    """Its id is the account's."""

    owner = StringField(required=True)
    amount = LongField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "balances", "indexes": [{"fields": ["owner"]}]}


class ConnectedAccountDocument(VersionedDocument):
    """Its id is the person's."""

    account_id = StringField(required=True)
    state = DictField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "connected_accounts"}


class CustomerDocument(VersionedDocument):
    """Its id is the person's."""

    customer_id = StringField(required=True)
    created_at = DateTimeField(required=True)
    removals = ListField(DictField())  # {"method", "call"}, the latest last

    meta: ClassVar[dict[str, Any]] = {"collection": "customers"}


class ReconciliationDocument(VersionedDocument):
    """Its id is the day."""

    matched = IntField(required=True)
    differences = ListField(DictField())
    made_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "reconciliations"}


class ChargebackDocument(VersionedDocument):
    """Its id is Stripe's of the dispute."""

    escrow_id = StringField(required=True)
    amount = LongField(required=True)
    currency = StringField(required=True)
    reason = StringField(required=True)
    status = StringField(required=True)
    evidence_due_by = DateTimeField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)
    from_payees = ListField(DictField())
    from_platform = LongField(required=True)
    from_held = ListField(DictField())
    fees = ListField(DictField())
    charge_id = StringField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "chargebacks",
        "indexes": [{"fields": ["-created_at", "-_id"]}, {"fields": ["escrow_id"]}],
    }


class WebhookEventDocument(VersionedDocument):
    """Its id is Stripe's event id."""

    type = StringField(required=True)
    received_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "webhook_events", "indexes": [_WEBHOOKS_EXPIRE]}


ALL: tuple[type[VersionedDocument], ...] = (
    EscrowDocument,
    SagaDocument,
    DisputeDocument,
    PayoutDocument,
    BookDocument,
    JournalDocument,
    BalanceDocument,
    ConnectedAccountDocument,
    WebhookEventDocument,
    CustomerDocument,
    ReconciliationDocument,
    ChargebackDocument,
)
