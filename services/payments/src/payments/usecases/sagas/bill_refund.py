"""The steps by which what a bill has cost goes back: the refund of its charge, waiting for it, the journal.

Why no crash refunds twice: as for an escrow (`refund.py`): the bill is in this saga's hands, the refund carries the saga's key, and where
the call may have been made before it is searched for first.
"""

from __future__ import annotations

from payments.domain.saga import Saga, Step
from payments.domain.subscriptions import entries
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.bookkeeping import post
from payments.usecases.ports import Movement
from payments.usecases.sagas.charge_refund import ChargeRefundSteps
from payments.usecases.sagas.recording import recording
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.recording import bill_of, subscription_of


class BillRefundSteps(ChargeRefundSteps[BillRefundOrder]):
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
        """What is owed is tried again, under a new key, and is seen as stuck, unless the payer has it from the bank by now; else the bill
        is as it was.
        """
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            bill = bill_of(work, order.bill_id)
            if work.journals.get(f"subscription_refund:{saga.id}") is not None:  # the bank returned it after it had arrived
                after = work.bills.save(bill.restore(order.amount))
                moves = entries.refund_returned(bill, after)
                post(work, bill.subscription_id, f"subscription_refund_returned:{saga.id}", moves, at)
                return work.sagas.save(saga.failed(at, code))
            if order.owed and not bill.lost:
                again = saga.to(Step.REFUND, at) if saga.step is Step.AWAIT_REFUND else saga
                return work.sagas.save(again.refused(at, code))
            work.bills.save(bill.fail_refund(saga.id))
            return work.sagas.save(saga.failed(at, code))
