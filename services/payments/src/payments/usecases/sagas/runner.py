"""Drives a saga from step to step until it is over, must wait, or is in other hands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from chassis.crash_points import declare, reached
from contracts.errors import DomainError
from payments.domain.errors import MilestoneBusy, ProviderBusy, ProviderUnavailable
from payments.domain.saga import ChargebackOrder, FundOrder, PayoutOrder, RefundOrder, ReleaseOrder, ReversalOrder, Saga, SettleOrder
from payments.domain.subscriptions.errors import BillNotPaid
from payments.domain.subscriptions.orders import BillOrder, BillRefundOrder
from payments.usecases.ports import PaymentProvider, ProviderRefused, UnitsOfWork
from payments.usecases.sagas.account import AccountStep
from payments.usecases.sagas.bill import BillSteps
from payments.usecases.sagas.bill_refund import BillRefundSteps
from payments.usecases.sagas.chargeback import ChargebackSteps
from payments.usecases.sagas.fund import FundSteps
from payments.usecases.sagas.payout import PayoutSteps
from payments.usecases.sagas.recording import TakenOver, recording
from payments.usecases.sagas.refund import RefundSteps
from payments.usecases.sagas.release import ReleaseSteps
from payments.usecases.sagas.reversal import ReversalSteps
from payments.usecases.sagas.settle import SettleSteps

log = structlog.get_logger(__name__)
declare({"saga.claimed": "a driver has taken up a saga it did not begin, its step is not taken"})


@dataclass(frozen=True, slots=True)
class SagaRunner:
    """A driver claims a saga for some seconds, renewed with every step; a driver that dies is followed by another.

    The lease only saves work: were two to drive one saga at once, their calls would carry the same keys and one of them
    alone could record each step (`recording`).
    """

    unit_of_work: UnitsOfWork
    fund: FundSteps
    release: ReleaseSteps
    refund: RefundSteps
    reversal: ReversalSteps
    payout: PayoutSteps
    settle: SettleSteps
    chargeback: ChargebackSteps
    bill: BillSteps
    bill_refund: BillRefundSteps
    now: Callable[[], datetime]

    def drive(self, saga_id: str, driver: str) -> None:
        """Take this saga as far as it goes now. Safe at any time, by anybody, any number of times."""
        saga = self._claim(saga_id, driver)
        while saga is not None and saga.running and saga.driver == driver:
            saga = self._advance(saga)

    def drive_all(self, saga_ids: Iterable[str], driver: str) -> None:
        """`drive` each."""
        for saga_id in saga_ids:
            self.drive(saga_id, driver)

    def _claim(self, saga_id: str, driver: str) -> Saga | None:
        with self.unit_of_work() as work:
            saga = work.sagas.get(saga_id)
            if saga is None or not saga.may_be_driven(driver, self.now()):
                return None
            if saga.driver == driver and saga.attempts == 0:
                return saga  # begun by this driver a moment ago
            claimed = work.sagas.save(saga.claimed(driver, self.now()))
        reached("saga.claimed")
        return claimed

    def _advance(self, saga: Saga) -> Saga | None:
        try:
            try:
                return self._step(saga)
            except (ProviderUnavailable, MilestoneBusy, BillNotPaid) as error:
                later = saga.paused(self.now(), error=error.message, at_least=_wanted_pause(error))
            except ProviderRefused as refusal:
                later = saga.refused(self.now(), refusal.code)
            log.warning("saga_step_put_off", saga_id=saga.id, step=saga.step, attempts=later.attempts, reason=later.last_error)
            with recording(self.unit_of_work, saga) as work:
                return work.sagas.save(later)
        except TakenOver:
            return None

    def _step(self, saga: Saga) -> Saga:
        match saga.order:
            case FundOrder() as order:
                return self.fund.advance(saga, order)
            case ReleaseOrder() as order:
                return self.release.advance(saga, order)
            case RefundOrder() as order:
                return self.refund.advance(saga, order)
            case ReversalOrder() as order:
                return self.reversal.advance(saga, order)
            case PayoutOrder() as order:
                return self.payout.advance(saga, order)
            case SettleOrder() as order:
                return self.settle.advance(saga, order)
            case ChargebackOrder() as order:
                return self.chargeback.advance(saga, order)
            case BillOrder() as order:
                return self.bill.advance(saga, order)
            case BillRefundOrder() as order:
                return self.bill_refund.advance(saga, order)
            case _:
                assert_never(saga.order)


def _wanted_pause(error: DomainError) -> timedelta:
    return error.retry_after if isinstance(error, ProviderBusy) else timedelta(0)


def saga_runner(
    unit_of_work: UnitsOfWork, provider: PaymentProvider, new_id: Callable[[str], str], now: Callable[[], datetime]
) -> SagaRunner:
    """A runner of every kind of saga on one provider."""
    account = AccountStep(unit_of_work, provider, now)
    return SagaRunner(
        unit_of_work,
        FundSteps(unit_of_work, provider, new_id, now),
        ReleaseSteps(unit_of_work, provider, account, new_id, now),
        RefundSteps(unit_of_work, provider, now, new_id),
        ReversalSteps(unit_of_work, provider, now),
        PayoutSteps(unit_of_work, provider, account, now),
        SettleSteps(unit_of_work, now),
        ChargebackSteps(unit_of_work, provider, new_id, now),
        BillSteps(unit_of_work, provider, new_id, now),
        BillRefundSteps(unit_of_work, provider, now, new_id),
        now,
    )
