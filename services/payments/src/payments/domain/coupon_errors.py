"""How payments refuses coupons and credit."""

from contracts.errors import DomainError, FieldError, Kind


class CouponNotValid(DomainError):
    """This coupon cannot be used."""

    kind = Kind.INVALID
    code = "payments.coupon.not_valid"

    def __init__(self, why: str) -> None:
        super().__init__(fields=(FieldError(pointer="/coupon_code", detail=why),))


class CouponExists(DomainError):
    """There is a coupon of this code."""

    kind = Kind.CONFLICT
    code = "payments.coupon.exists"


class CouponNotFound(DomainError):
    """There is no such coupon."""

    kind = Kind.NOT_FOUND
    code = "payments.coupon.not_found"


class NoCredit(DomainError):
    """There is no credit in this currency, or no fee that it could pay."""

    kind = Kind.CONFLICT
    code = "payments.credit.none"
