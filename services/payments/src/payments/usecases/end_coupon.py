"""End a coupon before its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.coupon_commands import EndCoupon
from contracts.payments.coupon_views import CouponView
from payments.domain.coupon_errors import CouponNotFound
from payments.domain.errors import FinanceOnly
from payments.usecases.coupons import coupon_view
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class EndCouponHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: EndCoupon, principal: Principal) -> CouponView:
        """For finance, with a reason. A funding that has begun keeps its discount, however long its bank takes.

        Raises:
            FinanceOnly, CouponNotFound.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            coupon = work.coupons.get(command.code)
            if coupon is None:
                raise CouponNotFound
            ended = coupon.end(self.now())
            if ended != coupon:
                ended = work.coupons.save(ended)
                work.act("coupons.ended", coupon.id, command.reason, principal)
            return work.answer(coupon_view(ended))
