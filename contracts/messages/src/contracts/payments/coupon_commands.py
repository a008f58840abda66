"""What finance may ask of payments to give money away: coupons and credit."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.base import Command, ShortText, UtcDatetime
from contracts.ids import UserId
from contracts.money import Currency, Price
from contracts.payments.coupon_views import CouponCode, CouponView, CreditView


class CreateCoupon(Command[CouponView]):
    """A part of what is funded that the platform pays: a fixed `amount`, or `basis_points` of it; never more than the platform's fee."""

    service: ClassVar[str] = "payments"
    code: CouponCode
    currency: Currency
    amount: Price | None = None
    basis_points: Annotated[int, Field(gt=0, le=10_000)] | None = None
    valid_from: UtcDatetime | None = None
    valid_until: UtcDatetime | None = None
    total_limit: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    per_person_limit: Annotated[int, Field(gt=0, le=1_000)] = 1

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.amount is None) == (self.basis_points is None):
            raise ValueError("name either amount or basis_points")
        if self.amount is not None and self.amount.currency != self.currency:
            raise ValueError("amount is in the coupon's currency")
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError("valid_from is before valid_until")
        return self


class GrantCredit(Command[CreditView]):
    """Give a person credit, for a referral or as goodwill: it can be used to fund, never be paid out."""

    service: ClassVar[str] = "payments"
    user_id: UserId
    amount: Price
    reason: ShortText


class EndCoupon(Command[CouponView]):
    """Nobody may use it from now on. Whoever is funding with it, or has, keeps what it gave. One that has ended stays as it is."""

    service: ClassVar[str] = "payments"
    code: CouponCode
    reason: ShortText
