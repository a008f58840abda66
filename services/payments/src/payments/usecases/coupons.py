"""How coupons are shown."""

from __future__ import annotations

from contracts.money import Price
from contracts.payments.coupon_views import CouponView
from payments.domain.coupon import Coupon


def coupon_view(coupon: Coupon) -> CouponView:
    return CouponView(
        code=coupon.id,
        version=coupon.version,
        currency=coupon.currency,
        amount=None if coupon.amount is None else Price(amount_minor=coupon.amount, currency=coupon.currency),
        basis_points=coupon.basis_points,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
        total_limit=coupon.total_limit,
        per_person_limit=coupon.per_person_limit,
        redeemed=coupon.redeemed,
        created_at=coupon.created_at,
        ended_at=coupon.ended_at,
    )
