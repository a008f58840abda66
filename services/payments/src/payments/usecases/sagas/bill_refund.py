"""The steps by which what a bill has cost goes back: the refund of its charge, waiting for it, the journal.

Why no crash refunds twice: as for an escrow (`refund.py`): the bill is in this saga's hands, the refund carries the saga's key, and where
the call may have been made before it is searched for first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from payments.domain.saga import Saga, Step
from payments.domain.subscriptions import entries
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.bookkeeping import post
from payments.usecases.ports import Movement, MovementStatus, PaymentProvider, ProviderRefused, UnitsOfWork
from payments.usecases.sagas.recording import recording
from payments.usecases.sagas.refund import asked_refund
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.recording import bill_of, subscription_of


@dataclass(frozen=True, slots=True)
class BillRefundSteps:
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: BillRefundOrder) -> Saga:
        """Take the saga's present step and record it.

        Raises:
            ProviderUnavailable: the step may or may not have happened: take it again.
            TakenOver: somebody else recorded it.
        """
        try:
            refund = asked_refund(self.provider, saga, order)
        except ProviderRefused as refusal:
            return self._fail(saga, order, refusal.code)
        if refund.status is MovementStatus.SUCCEEDED:
            return self._complete(saga, order, refund)
        if refund.status is MovementStatus.FAILED:
            return self._fail(saga, order, refund.code or "refund_failed")
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            waiting = saga if saga.step is Step.AWAIT_REFUND else saga.to(Step.AWAIT_REFUND, at, reference=refund.id)
            return work.sagas.save(waiting.paused(at))

    def _complete(self, saga: Saga, order: BillRefundOrder, refund: Movement) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if work.journals.get(f"subscription_refund:{saga.id}") is not None:  # looked at again, and nothing has changed
                return work.sagas.save(saga.completed(at))
            bill = work.bills.save(bill_of(work, order.bill_id).refund(saga.id))
            post(work, bill.subscription_id, f"subscription_refund:{saga.id}", entries.refunded(bill, order.amount), at)
            subscription = subscription_of(work, bill.subscription_id)
            work.emit(facts.refunded(subscription, bill, order.amount, order.reason))
            return work.sagas.save(saga.completed(at, reference=refund.id))

    def _fail(self, saga: Saga, order: BillRefundOrder, code: str) -> Saga:
        """What is owed is tried again, under a new key, and is seen as stuck; else the bill is as it was."""
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            bill = bill_of(work, order.bill_id)
            if work.journals.get(f"subscription_refund:{saga.id}") is not None:  # the bank returned it after it had arrived
                bill = work.bills.save(bill.restore(order.amount))
                moves = entries.refund_returned(bill, order.amount)
                post(work, bill.subscription_id, f"subscription_refund_returned:{saga.id}", moves, at)
                return work.sagas.save(saga.failed(at, code))
            if order.owed:
                again = saga.to(Step.REFUND, at) if saga.step is Step.AWAIT_REFUND else saga
                return work.sagas.save(again.refused(at, code))
            work.bills.save(bill.fail_refund(saga.id))
            return work.sagas.save(saga.failed(at, code))
