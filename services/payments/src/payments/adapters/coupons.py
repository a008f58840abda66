"""Coupons, and who has used them, in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, ClassVar

from mongoengine import DateTimeField, IntField, LongField, StringField
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection, VersionedDocument
from payments.adapters.inserting import insert, put
from payments.domain.coupon import Coupon, Redemptions


class CouponDocument(VersionedDocument):
    """Its id is the code."""

    currency = StringField(required=True)
    amount = LongField()
    basis_points = IntField()
    valid_from = DateTimeField(required=True)
    valid_until = DateTimeField()
    total_limit = IntField()
    per_person_limit = IntField(required=True)
    redeemed = IntField(required=True)
    created_by = StringField(required=True)
    created_at = DateTimeField(required=True)
    ended_at = DateTimeField()

    meta: ClassVar[dict[str, Any]] = {"collection": "coupons"}


class RedemptionsDocument(VersionedDocument):
    """Its id is the coupon's and the person's."""

    number = IntField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "coupon_redemptions"}


class MongoCoupons:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(CouponDocument, session)
        self._redemptions = DocumentCollection(RedemptionsDocument, session)

    def get(self, code: str) -> Coupon | None:
        document = self._documents.get(code)
        return None if document is None else _coupon(document)

    def page(self, cursor: str | None, limit: int) -> tuple[list[Coupon], str | None]:
        found = self._documents.find({"_id": {"$gt": cursor}} if cursor else {}, sort=[("_id", 1)], limit=limit + 1)
        coupons = [_coupon(document) for document in found[:limit]]
        return coupons, coupons[-1].id if len(found) > limit else None

    def add(self, coupon: Coupon) -> None:
        insert(self._documents, CouponDocument(**asdict(coupon)))

    def save(self, coupon: Coupon) -> Coupon:
        self._documents.replace(CouponDocument(**asdict(coupon)), coupon.version)
        return replace(coupon, version=coupon.version + 1)

    def redemptions(self, code: str, user_id: str) -> Redemptions:
        document = self._redemptions.get(f"{code}:{user_id}")
        return Redemptions(code, user_id) if document is None else Redemptions(code, user_id, document.version, document.number)

    def save_redemptions(self, redemptions: Redemptions) -> None:
        document = RedemptionsDocument(id=redemptions.id, version=max(redemptions.version, 1), number=redemptions.number)
        put(self._redemptions, document, redemptions.version)


def _coupon(document: CouponDocument) -> Coupon:
    return Coupon(
        id=document.id,
        version=document.version,
        currency=document.currency,
        amount=document.amount,
        basis_points=document.basis_points,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        total_limit=document.total_limit,
        per_person_limit=document.per_person_limit,
        redeemed=document.redeemed,
        created_by=document.created_by,
        created_at=document.created_at,
        ended_at=document.ended_at,
    )
