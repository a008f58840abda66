"""The steps by which what a bill has cost goes back: the refund of its charge, waiting for it, the journal.

Why no crash refunds twice: as for an escrow (`refund.py`): the bill is in this saga's hands, the refund carries the saga's key, and where
the call may have been made before it is searched for first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from payments.domain.saga import Saga
from payments.domain.saga_steps import Step
from payments.domain.subscriptions import entries
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.bookkeeping import post
from payments.usecases.ports import Movement, UnitOfWork
from payments.usecases.sagas.charge_refund import ChargeRefundSteps
from payments.usecases.sagas.recording import recording
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.recording import bill_of, subscription_of


@dataclass(frozen=True, slots=True)
class BillRefundSteps(ChargeRefundSteps[BillRefundOrder]):
    new_id: Callable[[str], str]

    def complete(self, saga: Saga, order: BillRefundOrder, refund: Movement) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if work.journals.get(f"subscription_refund:{saga.id}") is not None:  # looked at again, and nothing has changed
                return work.sagas.save(saga.completed(at))
            before = bill_of(work, order.bill_id)
            bill = work.bills.save(before.refund(saga.id))
            post(work, bill.subscription_id, f"subscription_refund:{saga.id}", entries.refunded(before, bill), at)
            subscription = subscription_of(work, bill.subscription_id)
            work.emit(facts.refunded(subscription, bill, order.amount, order.reason))
            return work.sagas.save(saga.completed(at, reference=refund.id))

    def fail(self, saga: Saga, order: BillRefundOrder, code: str) -> Saga:
        """What is owed is tried again, under a new key, and is seen as stuck, less what the payer has from the bank for good by now; else
        the bill is as it was.
        """
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            bill = bill_of(work, order.bill_id)
            if work.journals.get(f"subscription_refund:{saga.id}") is not None:  # the bank returned it after it had arrived
                after = work.bills.save(bill.restore(order.amount))
                moves = entries.refund_returned(bill, after)
                post(work, bill.subscription_id, f"subscription_refund_returned:{saga.id}", moves, at)
                self._returned(work, order, after, at)
                return work.sagas.save(saga.failed(at, code))
            rest = bill.still_owed(order.amount) if order.owed else 0
            if rest:
                work.bills.save(bill.owe(saga.id, rest))
                again = replace(saga, order=replace(order, amount=rest))
                again = again.to(Step.REFUND, at) if saga.step is Step.AWAIT_REFUND else again
                return work.sagas.save(again.refused(at, code))
            work.bills.save(bill.fail_refund(saga.id))
            return work.sagas.save(saga.failed(at, code))

    def _returned(self, work: UnitOfWork, order: BillRefundOrder, bill: Bill, at: datetime) -> None:
        """The payer was told that it came. What is owed is sent once more, as far as the bank has not given it."""
        work.emit(facts.refund_returned(subscription_of(work, bill.subscription_id), bill, order.amount))
        amount = min(order.amount, bill.left)
        if order.owed and amount:
            work.bills.save(Billing(work, self.new_id, at).refund(bill, amount, order.reason, owed=True))
