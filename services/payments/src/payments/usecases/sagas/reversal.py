"""The step by which what was taken back from somebody comes back from their account at the processor.

Why no crash takes it twice: the books were changed when the saga began, and the journal `reversal:<saga>` is one transaction with the
end of the saga; the reversal carries a key of saga, step and round, and where the call may have been made before, the
transfer's reversals are searched for this saga's first. An account that was emptied by a payout is no trouble of ours: the saga
waits for money that comes there later (the person's balance is below zero meanwhile, so nothing is paid out).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chassis.crash_points import declare, reached
from payments.domain import entries
from payments.domain.saga import ReversalOrder, Saga, Step
from payments.usecases.bookkeeping import post_for
from payments.usecases.ports import PaymentProvider, ProviderRefused, UnitsOfWork
from payments.usecases.sagas.recording import escrow_of, recording

LOOK_AGAIN = timedelta(hours=1)
NO_FUNDS = "balance_insufficient"  # https://docs.stripe.com/error-codes#balance-insufficient
declare({"saga.transfer_reversed": "Stripe has sent the money back from the solver's account, it is not recorded"})


@dataclass(frozen=True, slots=True)
class ReversalSteps:
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: ReversalOrder) -> Saga:
        """Reverse this much of the transfer.

        Raises:
            ProviderUnavailable: it may or may not have happened: take the step again.
            TakenOver: somebody else recorded it.
        """
        net = order.gross - order.fee
        try:
            reversal_id = self._reverse(saga, order, net) if net else None
        except ProviderRefused as refusal:
            return self._wait(saga, refusal.code)
        reached("saga.transfer_reversed")
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if net:
                escrow = escrow_of(work, order.escrow_id)
                moves = entries.transfer_reversed(escrow.id, order.payee_id, net, order.currency)
                post_for(work, escrow, f"reversal:{saga.id}", moves, at)
            return work.sagas.save(saga.completed(at, reference=reversal_id))

    def _reverse(self, saga: Saga, order: ReversalOrder, net: int) -> str:
        if saga.tried_before:
            found = self.provider.find_reversal(transfer_id=order.transfer_id, saga_id=saga.id)
            if found is not None:
                return found
        return self.provider.reverse(transfer_id=order.transfer_id, amount=net, currency=order.currency, saga_id=saga.id, key=saga.key)

    def _wait(self, saga: Saga, code: str) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if code != NO_FUNDS:
                return work.sagas.save(saga.refused(at, code))
            waiting = saga if saga.step is Step.AWAIT_FUNDS else saga.to(Step.AWAIT_FUNDS, at)
            return work.sagas.save(replace(waiting.paused(at, at_least=LOOK_AGAIN), round=waiting.round + 1))
