"""Make a coupon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.coupon_commands import CreateCoupon
from contracts.payments.coupon_views import CouponView
from payments.domain.coupon import Coupon
from payments.domain.coupon_errors import CouponExists
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import FinanceOnly
from payments.usecases.coupons import coupon_view
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class CreateCouponHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: CreateCoupon, principal: Principal) -> CouponView:
        """For finance. What it promises stands: a coupon is not changed.

        Raises:
            FinanceOnly, CouponExists, AmountNotPayable.
        """
        if not is_finance(principal):
            raise FinanceOnly
        amount = None if command.amount is None else command.amount.amount_minor
        check_payable(amount or 0, step_of(command.currency))
        with self.unit_of_work() as work:
            if work.coupons.get(command.code) is not None:
                raise CouponExists
            coupon = Coupon(
                id=command.code,
                version=1,
                currency=command.currency,
                amount=amount,
                basis_points=command.basis_points,
                valid_from=command.valid_from or self.now(),
                valid_until=command.valid_until,
                total_limit=command.total_limit,
                per_person_limit=command.per_person_limit,
                redeemed=0,
                created_by=principal.user_id,
                created_at=self.now(),
            )
            work.coupons.add(coupon)
            work.act("coupons.created", coupon.id, None, principal)
            return work.answer(coupon_view(coupon))
