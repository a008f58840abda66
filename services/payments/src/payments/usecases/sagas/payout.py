"""The steps by which a solver's balance goes to the bank: Stripe's payout, waiting until it is paid, the journal.

Why no crash pays out twice or loses money: the amount moved from `available` to `in_transit` in the transaction that began
the saga, so nothing else can spend it. The payout carries the saga's key; when the call may have been made before, the
account's payouts are searched for this saga's first. Paid: `in_transit` → `bank`. Failed or refused: `in_transit` → `available`. A bank may
still send a paid payout back: then `bank` → `available`. Each journal has a business key of its own, used once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.crash_points import declare, reached
from contracts.money import Price
from contracts.payments.events import PayoutFailed, PayoutPaid
from contracts.payments.views import PayoutStatus
from payments.domain import entries
from payments.domain.errors import InvariantBroken
from payments.domain.payout import Payout
from payments.domain.saga import PayoutOrder, Saga, Step
from payments.usecases.bookkeeping import post
from payments.usecases.ports import Movement, MovementStatus, PaymentProvider, ProviderRefused, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.account import AccountStep, account_of
from payments.usecases.sagas.recording import recording

declare({"saga.payout_made": "Stripe has taken the payout, it is not recorded"})


@dataclass(frozen=True, slots=True)
class PayoutSteps:
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    account: AccountStep
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: PayoutOrder) -> Saga:
        """Take the saga's present step and record it.

        Raises:
            ProviderUnavailable: the step may or may not have happened: take it again.
            TakenOver: somebody else recorded it.
        """
        if saga.step is Step.ENSURE_ACCOUNT:
            return self.account.advance(saga, order.user_id, Step.PAY_OUT)
        try:
            movement = self._pay_out(saga, order)
        except ProviderRefused as refusal:
            return self._fail(saga, order, refusal.code)
        reached("saga.payout_made")
        if movement.status is MovementStatus.SUCCEEDED:
            return self._paid(saga, order, movement)
        if movement.status is MovementStatus.FAILED:
            return self._fail(saga, order, movement.code or "payout_failed")
        return self._wait(saga, order, movement)

    def _pay_out(self, saga: Saga, order: PayoutOrder) -> Movement:
        with self.unit_of_work() as work:
            account_id = account_of(work, order.user_id)
        if saga.step is Step.AWAIT_PAYOUT:
            if saga.reference is None:
                raise InvariantBroken(f"saga {saga.id} waits for no payout")
            return self.provider.get_payout(account_id, saga.reference)
        if saga.tried_before:
            found = self.provider.find_payout(account_id=account_id, saga_id=saga.id, since=saga.created_at)
            if found is not None:
                return found
        return self.provider.pay_out(account_id=account_id, amount=order.amount, currency=order.currency, saga_id=saga.id, key=saga.key)

    def _wait(self, saga: Saga, order: PayoutOrder, movement: Movement) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if saga.step is Step.AWAIT_PAYOUT:
                return work.sagas.save(saga.paused(at))
            work.payouts.save(_payout(work, order).become(PayoutStatus.IN_TRANSIT, at))
            return work.sagas.save(saga.to(Step.AWAIT_PAYOUT, at, reference=movement.id).paused(at))

    def _paid(self, saga: Saga, order: PayoutOrder, movement: Movement) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if saga.step is Step.PAY_OUT:
                saga = saga.to(Step.AWAIT_PAYOUT, at, reference=movement.id)
            payout = _payout(work, order)
            if payout.status is not PayoutStatus.PAID:  # it is when the saga was reopened and nothing has changed
                work.payouts.save(payout.become(PayoutStatus.PAID, at))
                post(work, order.user_id, f"payout_paid:{payout.id}", entries.payout_paid(order.user_id, order.amount, order.currency), at)
                work.emit(PayoutPaid(payout_id=payout.id, user_id=payout.user_id, amount=_amount(order)))
            return work.sagas.save(saga.completed(at))

    def _fail(self, saga: Saga, order: PayoutOrder, code: str) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            payout = _payout(work, order)
            entry = entries.payout_returned if payout.status is PayoutStatus.PAID else entries.payout_failed
            work.payouts.save(payout.become(PayoutStatus.FAILED, at, code))
            post(work, order.user_id, f"{entry.__name__}:{payout.id}", entry(order.user_id, order.amount, order.currency), at)
            work.emit(PayoutFailed(payout_id=payout.id, user_id=payout.user_id, amount=_amount(order), code=code))
            return work.sagas.save(saga.failed(at, code))


def _amount(order: PayoutOrder) -> Price:
    return Price(amount_minor=order.amount, currency=order.currency)


def _payout(work: UnitOfWork, order: PayoutOrder) -> Payout:
    payout = work.payouts.get(order.payout_id)
    if payout is None:
        raise InvariantBroken(f"payout {order.payout_id} is gone")
    return payout
