"""What payments shows of coupons and credit."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.base import UtcDatetime, View
from contracts.ids import UserId
from contracts.money import Money, Price


class CreditCause(StrEnum):
    """`referral`: somebody who came by this person's code has completed a first engagement. `staff`: finance gave it."""

    REFERRAL = "referral"
    STAFF = "staff"


CouponCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,31}$")]


class CouponView(View):
    """`amount` or `basis_points` of what is funded, in one currency, for as long and as often as its limits say, or until it was ended."""

    code: CouponCode
    version: int
    currency: str
    amount: Price | None
    basis_points: Annotated[int, Field(gt=0, le=10_000)] | None
    valid_from: UtcDatetime
    valid_until: UtcDatetime | None
    total_limit: int | None
    per_person_limit: int
    redeemed: int
    created_at: UtcDatetime
    ended_at: UtcDatetime | None = None


class CreditView(View):
    """What a person can use to fund, in one currency."""

    user_id: UserId
    credit: Money
