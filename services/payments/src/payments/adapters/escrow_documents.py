"""The collection of escrows: what is stored, and the indexes its queries need."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    IntField,
    LongField,
    StringField,
)

from chassis.documents import Embedded, VersionedDocument


class ChargeDocument(Embedded):
    intent_id = StringField(required=True)
    charge_id = StringField(required=True)


class HandDocument(Embedded):
    saga_id = StringField(required=True)
    gross = LongField(required=True)
    fee = LongField(required=True)
    to_payer = BooleanField(required=True)
    owed = BooleanField(required=True)
    paid = BooleanField(default=False)
    sponsored = LongField(default=0)
    by_bank = LongField()  # not known of those that an earlier version kept: it knew all or nothing
    charged_back = BooleanField(default=False)


class MemberDocument(Embedded):
    user_id = StringField(required=True)
    basis_points = IntField(required=True)


class MilestoneDocument(Embedded):
    milestone_id = StringField(required=True)
    title = StringField(required=True)
    amount = LongField(required=True)
    status = StringField(required=True)
    funded = LongField(required=True)
    held = LongField(required=True)
    released = LongField(required=True)
    refunded = LongField(required=True)
    fees = LongField(required=True)
    disputed = LongField(default=0)
    moving = LongField(required=True)  # with saga_id what the version before knows of hands: it has one at most
    saga_id = StringField()
    hands = EmbeddedDocumentListField(HandDocument)
    charge = EmbeddedDocumentField(ChargeDocument)
    delivered = BooleanField(required=True)
    approved = BooleanField(required=True)
    release_due_at = DateTimeField()
    work_sequence = LongField(default=0)
    kind = StringField(default="work")
    sponsored = LongField(default=0)
    by_credit = BooleanField(default=False)
    taken_back = LongField(default=0)
    fees_taken_back = LongField(default=0)
    spent = BooleanField(default=False)


class WaitingDocument(Embedded):
    saga_id = StringField(required=True)
    payee_id = StringField(required=True)
    net = LongField(required=True)


class EscrowDocument(VersionedDocument):
    challenge_id = StringField(required=True)
    challenge_title = StringField(required=True)
    payer_id = StringField(required=True)
    payee_id = StringField(required=True)
    active_payee_id = StringField()  # the payee while money is held or awaited: so a balance reads only the escrows that count
    currency = StringField(required=True)
    fee_basis_points = IntField(required=True)
    milestones = EmbeddedDocumentListField(MilestoneDocument)
    closed = BooleanField(required=True)
    action_url = StringField()
    action_client_secret = StringField()
    action_expires_at = DateTimeField()
    frozen = StringField()
    team = EmbeddedDocumentListField(MemberDocument)
    waiting = EmbeddedDocumentListField(WaitingDocument)
    awaits_release = BooleanField()  # set while silence will accept something, so that the timer's query begins with an equality
    release_due_at = DateTimeField()
    created_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {
        "collection": "escrows",
        "indexes": [
            {"fields": ["challenge_id"], "unique": True},
            {"fields": ["active_payee_id"], "sparse": True},
            {"fields": ["payee_id"]},
            {"fields": ["payer_id", "_id"]},
            {"fields": ["team.user_id"], "sparse": True},
            {"fields": ["awaits_release", "release_due_at"], "sparse": True},
        ],
    }
