"""The refund of a charge, whatever it has paid for: asked for, awaited, and then booked by who knows what the money was."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from chassis.crash_points import declare, reached
from payments.domain.errors import InvariantBroken
from payments.domain.saga import RefundOrder, Saga, Step
from payments.domain.subscriptions.orders import BillRefundOrder
from payments.usecases.ports import Movement, MovementStatus, PaymentProvider, ProviderRefused, UnitsOfWork
from payments.usecases.sagas.recording import recording

O = TypeVar("O", RefundOrder, BillRefundOrder)  # noqa: E741

declare({"saga.refund_made": "Stripe has taken the refund, it is not recorded"})


@dataclass(frozen=True, slots=True)
class ChargeRefundSteps(ABC, Generic[O]):
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: O) -> Saga:
        """Take the saga's present step and record it.

        Raises:
            ProviderUnavailable: the step may or may not have happened: take it again.
            TakenOver: somebody else recorded it.
        """
        if saga.step is Step.BY_HAND:  # it is time to ask again
            with recording(self.unit_of_work, saga) as work:
                return work.sagas.save(saga.to(Step.REFUND, self.now()))
        try:
            refund = _asked(self.provider, saga, order)
        except ProviderRefused as refusal:
            return self.fail(saga, order, refusal.code)
        reached("saga.refund_made")
        if refund.status is MovementStatus.SUCCEEDED:
            return self.complete(saga, order, refund)
        if refund.status is MovementStatus.FAILED:
            return self.fail(saga, order, refund.code or "refund_failed")
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            waiting = saga if saga.step is Step.AWAIT_REFUND else saga.to(Step.AWAIT_REFUND, at, reference=refund.id)
            return work.sagas.save(waiting.paused(at))

    @abstractmethod
    def complete(self, saga: Saga, order: O, refund: Movement) -> Saga:
        """Book the refund that has succeeded."""

    @abstractmethod
    def fail(self, saga: Saga, order: O, code: str) -> Saga:
        """Record that it was refused or came back."""


def _asked(provider: PaymentProvider, saga: Saga, order: RefundOrder | BillRefundOrder) -> Movement:
    """Ask for the refund, or how it stands; one that may have been asked for before is searched for first.

    Raises:
        ProviderRefused, ProviderUnavailable.
    """
    if saga.step is Step.AWAIT_REFUND:
        if saga.reference is None:
            raise InvariantBroken(f"saga {saga.id} waits for no refund")
        return provider.get_refund(saga.reference)
    if saga.tried_before:
        found = provider.find_refund(charge_id=order.charge_id, saga_id=saga.id)
        if found is not None and not (found.status is MovementStatus.FAILED and saga.round):
            return found  # where one is known to have failed, another is made
    bill_id = order.bill_id if isinstance(order, BillRefundOrder) else None
    refund = provider.refund(
        charge_id=order.charge_id, amount=order.amount, currency=order.currency, saga_id=saga.id, key=saga.key, bill_id=bill_id
    )
    # Stripe answers a key that it knows with what it said the first time: how the refund stood then.
    return provider.get_refund(refund.id) if saga.tried_before else refund
