"""The collections of subscriptions: what is stored, and the indexes its queries need."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, DictField, EmbeddedDocumentField, IntField, ListField, LongField, StringField

from chassis.documents import VersionedDocument
from payments.adapters.escrow_documents import ChargeDocument


class PlanDocument(VersionedDocument):
    terms = DictField(required=True)
    trial_days = IntField(required=True)
    offered = BooleanField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "plans", "indexes": [{"fields": ["offered"]}]}


class SubscriptionDocument(VersionedDocument):
    owner_id = StringField(required=True)
    payer_id = StringField(required=True)
    payment_method = StringField(required=True)
    terms = DictField(required=True)
    next_terms = DictField()
    status = StringField(required=True)
    anchor_day = IntField(required=True)
    period_start = DateTimeField(required=True)
    period_end = DateTimeField(required=True)
    cancel_at_period_end = BooleanField(required=True)
    bill_id = StringField()
    saga_id = StringField()
    failures = IntField(required=True)
    next_at = DateTimeField()
    notice_at = DateTimeField()
    action_url = StringField()
    action_client_secret = StringField()
    action_expires_at = DateTimeField()
    created_at = DateTimeField(required=True)
    ended_at = DateTimeField()
    end_reason = StringField()
    awaits_clock = BooleanField()  # set while the clock will have something to do, so that the timer's query begins with an equality
    due_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "subscriptions",
        "indexes": [
            {"fields": ["owner_id", "-_id"]},
            {"fields": ["status", "-_id"]},
            {"fields": ["payer_id"]},
            {"fields": ["awaits_clock", "due_at"], "sparse": True},
        ],
    }


class BillDocument(VersionedDocument):
    subscription_id = StringField(required=True)
    payer_id = StringField(required=True)
    kind = StringField(required=True)
    terms = DictField(required=True)
    amount = LongField(required=True)
    period_start = DateTimeField(required=True)
    period_end = DateTimeField(required=True)
    period_key = StringField()
    created_at = DateTimeField(required=True)
    status = StringField(required=True)
    charge = EmbeddedDocumentField(ChargeDocument)
    paid_at = DateTimeField()
    refunded = LongField(required=True)
    refunding = LongField(required=True)
    refund_saga_id = StringField()
    earned = BooleanField(required=True)
    failure_code = StringField()
    charged_back = LongField(default=0)  # bills of an earlier version have none
    lost = BooleanField(default=False)
    awaits_earning = BooleanField()
    earned_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "bills",
        "indexes": [
            {"fields": ["subscription_id", "-_id"]},
            {"fields": ["payer_id"]},
            {"fields": ["period_key"], "unique": True, "sparse": True},
            {"fields": ["awaits_earning", "earned_at"], "sparse": True},
        ],
    }


class SubscriberDocument(VersionedDocument):
    """Its id is the owner's."""

    subscription_id = StringField()
    trial_used = BooleanField(required=True)
    revision = IntField(required=True)
    entitlements = ListField(StringField())
    valid_until = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "subscribers"}


class MembershipDocument(VersionedDocument):
    """Its id is the organisation's and the person's."""

    user_id = StringField(required=True)
    role = StringField()
    sequence = IntField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "memberships", "indexes": [{"fields": ["user_id"]}]}


class BillChargebackDocument(VersionedDocument):
    """Its id is Stripe's of the dispute."""

    subscription_id = StringField(required=True)
    bill_id = StringField(required=True)
    amount = LongField(required=True)
    currency = StringField(required=True)
    reason = StringField(required=True)
    status = StringField(required=True)
    evidence_due_by = DateTimeField()
    created_at = DateTimeField(required=True)
    updated_at = DateTimeField(required=True)
    taken = BooleanField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "bill_chargebacks", "indexes": [{"fields": ["-created_at", "-_id"]}]}


ALL: tuple[type[VersionedDocument], ...] = (
    PlanDocument,
    SubscriptionDocument,
    BillDocument,
    SubscriberDocument,
    MembershipDocument,
    BillChargebackDocument,
)
