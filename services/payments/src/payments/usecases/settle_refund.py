"""Note that finance has sent a payer past the processor what the payer is owed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.refunds import SettleRefund
from contracts.payments.views import EscrowView
from payments.domain.errors import FinanceOnly
from payments.domain.refund_errors import RefundNotByHand, RefundNotFound
from payments.domain.saga import RefundOrder, Saga, Step
from payments.usecases.ports import Calls, MovementStatus, PaymentProvider, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.recording import TakenOver, escrow_of, recording
from payments.usecases.sagas.refund import RefundSteps
from payments.usecases.views import escrow_view, is_finance, staff_for


@dataclass(frozen=True, slots=True)
class SettleRefundHandler:
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    refund: RefundSteps
    calls: Calls
    now: Callable[[], datetime]

    def __call__(self, command: SettleRefund, principal: Principal) -> EscrowView:
        """For finance that is no party, with a reason. While it has the saga nobody asks the processor for the refund; it is booked where
        the processor has made none.

        Raises:
            FinanceOnly, RefundNotFound.
            RefundNotByHand: it is done, or the processor has it, or is being asked for it.
            ProviderUnavailable.
        """
        saga, order = self._claim(command, principal)
        found = self.provider.find_refund(charge_id=order.charge_id, saga_id=saga.id)
        if found is not None and found.status is not MovementStatus.FAILED:
            raise RefundNotByHand
        try:
            with recording(self.unit_of_work, saga) as work:
                self.refund.settle(work, saga, order, command.reference)
                work.act("refunds.settled_by_hand", saga.id, command.reason, principal)
                return work.answer(escrow_view(escrow_of(work, order.escrow_id), principal))
        except TakenOver:
            raise RefundNotByHand from None

    def _claim(self, command: SettleRefund, principal: Principal) -> tuple[Saga, RefundOrder]:
        if not is_finance(principal):
            raise FinanceOnly
        driver, at = self.calls.driver(), self.now()
        with self.unit_of_work() as work:
            saga, order = _refund(work, command.saga_id)
            if not staff_for(escrow_of(work, order.escrow_id), principal):
                raise FinanceOnly
            if not saga.running or saga.step is not Step.BY_HAND or not (saga.driver is None or saga.may_be_driven(driver, at)):
                raise RefundNotByHand
            return work.sagas.save(saga.claimed(driver, at)), order


def _refund(work: UnitOfWork, saga_id: str) -> tuple[Saga, RefundOrder]:
    saga = work.sagas.get(saga_id)
    if saga is None or not isinstance(saga.order, RefundOrder):
        raise RefundNotFound
    return saga, saga.order
