"""What the platform adds to a funding: fixed, and counted, in the transaction that begins it; given back where it comes to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from contracts.payments.commands import FundEscrow
from payments.domain import entries
from payments.domain.coupon_errors import CouponNotValid, NoCredit
from payments.domain.currencies import step_of
from payments.domain.escrow import Escrow
from payments.domain.saga import FundOrder
from payments.domain.sponsoring import most
from payments.usecases.bookkeeping import post
from payments.usecases.ports import UnitOfWork


def sponsored(work: UnitOfWork, escrow: Escrow, saga_id: str, order: FundOrder, command: FundEscrow, at: datetime) -> FundOrder:
    """The order with what a coupon or the payer's credit takes off it. Of two that ask for the last one at once, one runs again.

    Raises:
        CouponNotValid, NoCredit.
    """
    fees, unit = most(escrow, escrow.in_saga(saga_id)), step_of(escrow.currency)
    if command.coupon_code is not None:
        return _with_coupon(work, escrow, order, command.coupon_code, fees, at)
    if not command.use_credit:
        return order
    there = work.balances.get(entries.credit(escrow.payer_id, escrow.currency)).amount
    part = min(there // unit * unit, fees, order.amount - unit)
    if part <= 0:
        raise NoCredit
    post(work, escrow.payer_id, f"credit_used:{saga_id}", entries.credit_used(escrow.payer_id, part, escrow.currency), at)
    return replace(order, amount=order.amount - part, sponsored=part, credit_of=escrow.payer_id)


def give_back(work: UnitOfWork, escrow: Escrow, saga_id: str, order: FundOrder, at: datetime) -> None:
    """The funding came to nothing."""
    if order.coupon_id is not None and (coupon := work.coupons.get(order.coupon_id)) is not None:
        coupon, redemptions = coupon.give_back(work.coupons.redemptions(coupon.id, escrow.payer_id))
        work.coupons.save(coupon)
        work.coupons.save_redemptions(redemptions)
    if order.credit_of is not None:
        moves = entries.credit_granted(order.credit_of, order.sponsored, order.currency)
        post(work, order.credit_of, f"credit_returned:{saga_id}", moves, at)


def _with_coupon(work: UnitOfWork, escrow: Escrow, order: FundOrder, code: str, fees: int, at: datetime) -> FundOrder:
    coupon, unit = work.coupons.get(code), step_of(escrow.currency)
    if coupon is None:
        raise CouponNotValid("is unknown")
    redeemed, redemptions = coupon.redeem(work.coupons.redemptions(code, escrow.payer_id), escrow.currency, at)
    part = min(coupon.discount_on(order.amount) // unit * unit, fees, order.amount - unit)
    if part <= 0:
        raise CouponNotValid("takes nothing off this")
    work.coupons.save(redeemed)
    work.coupons.save_redemptions(redemptions)
    return replace(order, amount=order.amount - part, sponsored=part, coupon_id=code)
