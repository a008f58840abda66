"""Coupons: a part of what is funded that the platform pays, with limits that hold however many ask at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from payments.domain.coupon_errors import CouponNotValid
from payments.domain.fees import WHOLE


@dataclass(frozen=True, slots=True)
class Coupon:
    """`id` is its code. `amount` (minor units) or `basis_points` of what is funded; `redeemed` counts fundings under way too."""

    id: str
    version: int
    currency: str
    amount: int | None
    basis_points: int | None
    valid_from: datetime
    valid_until: datetime | None
    total_limit: int | None
    per_person_limit: int
    redeemed: int
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None

    def end(self, at: datetime) -> Coupon:
        """From now on nobody may use it; what was redeemed stays so."""
        return self if self.ended_at is not None else replace(self, ended_at=at)

    def redeem(self, redemptions: Redemptions, currency: str, at: datetime) -> tuple[Coupon, Redemptions]:
        """Counted once more, for everybody and for this person.

        Raises:
            CouponNotValid: with the limit that it is at.
        """
        if currency != self.currency:
            raise CouponNotValid(f"is for {self.currency}")
        if at < self.valid_from or (self.valid_until is not None and at >= self.valid_until):
            raise CouponNotValid("is not valid now")
        if self.ended_at is not None:
            raise CouponNotValid("has ended")
        if self.total_limit is not None and self.redeemed >= self.total_limit:
            raise CouponNotValid("has been used up")
        if redemptions.number >= self.per_person_limit:
            raise CouponNotValid("has been used by you before")
        return replace(self, redeemed=self.redeemed + 1), replace(redemptions, number=redemptions.number + 1)

    def give_back(self, redemptions: Redemptions) -> tuple[Coupon, Redemptions]:
        """The funding came to nothing: it may be used again."""
        return replace(self, redeemed=self.redeemed - 1), replace(redemptions, number=redemptions.number - 1)

    def discount_on(self, amount: int) -> int:
        """What it takes off, rounded down."""
        return min(amount, self.amount) if self.amount is not None else amount * (self.basis_points or 0) // WHOLE


@dataclass(frozen=True, slots=True)
class Redemptions:
    """How often a person has used a coupon. `version` 0: never."""

    coupon_id: str
    user_id: str
    version: int = 0
    number: int = 0

    @property
    def id(self) -> str:
        return f"{self.coupon_id}:{self.user_id}"
