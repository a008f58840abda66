"""Show the coupons there are."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.coupon_views import CouponView
from contracts.payments.queries import ListCoupons
from payments.domain.errors import FinanceOnly
from payments.usecases.coupons import coupon_view
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class ListCouponsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListCoupons, principal: Principal) -> Page[CouponView]:
        """For finance, in the order of their codes.

        Raises:
            FinanceOnly.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            coupons, next_cursor = work.coupons.page(query.cursor, query.limit)
        return Page(items=tuple(coupon_view(coupon) for coupon in coupons), next_cursor=next_cursor)
