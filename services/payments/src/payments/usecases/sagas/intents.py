"""The steps of every charge: prepare an intent, confirm it, wait where a bank wants more, or give up.

Why no crash charges twice: preparing an intent moves no money, and its id is recorded before it is confirmed. Only one
intent per saga is ever confirmed, and Stripe charges an intent at most once, whatever the keys. A crash
- before the intent is recorded leaves an intent that nobody can confirm, and the same key brings the same intent again;
- after the confirmation is sent leaves the saga at `confirm_intent`: confirming again, with the same key, brings the same
  answer, and past the key's life the refusal of a second confirmation, upon which the intent itself is asked;
- after the answer came, before it is recorded: the same;
- after it is recorded: what it means and the end of the saga were one transaction.
A charge that fails cancels its intent first, so that nobody can complete it later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from chassis.crash_points import declare, reached
from payments.domain.errors import InvariantBroken
from payments.domain.milestone import Charge
from payments.domain.payer_action import PayerAction
from payments.domain.saga import ACTION_WINDOW, FundOrder, Saga, Step
from payments.domain.subscriptions.orders import BillOrder
from payments.usecases.ports import Intent, IntentStatus, PaymentProvider, ProviderRefused, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.recording import recording

O = TypeVar("O", FundOrder, BillOrder)  # noqa: E741 - an order
ACTION_EXPIRED = "authentication_expired"
declare(
    {
        "saga.intent_created": "Stripe knows the intent, its id is not recorded",
        "saga.intent_confirmed": "Stripe has charged or refused, the outcome is not recorded",
        "saga.intent_cancelled": "Stripe has cancelled the intent, it is not recorded",
    }
)


@dataclass(frozen=True, slots=True)
class IntentSteps(ABC, Generic[O]):
    """What is charged for, and what an outcome means, is the subclass' business."""

    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    @abstractmethod
    def _succeeded(self, work: UnitOfWork, saga: Saga, order: O, charge: Charge, at: datetime) -> None:
        """The money has come."""

    @abstractmethod
    def _failed(self, work: UnitOfWork, saga: Saga, order: O, code: str, at: datetime) -> None:
        """It will not come any more."""

    @abstractmethod
    def _wants_action(self, work: UnitOfWork, saga: Saga, order: O, action: PayerAction) -> None:
        """A bank wants to hear from the payer."""

    def advance(self, saga: Saga, order: O) -> Saga:
        """Take the saga's present step and record it.

        Raises:
            ProviderUnavailable: the step may or may not have happened: take it again.
            TakenOver: somebody else recorded it.
        """
        if saga.step is Step.CREATE_INTENT:
            return self._create(saga, order)
        if saga.step is Step.CONFIRM_INTENT:
            intent = self._confirmed(saga, order)
            reached("saga.intent_confirmed")
            return self._conclude(saga, order, intent)
        if saga.step is Step.CANCEL_INTENT:
            intent = self._cancelled(saga)
            reached("saga.intent_cancelled")
            return self._conclude(saga, order, intent)
        return self._conclude(saga, order, self.provider.get_intent(_intent_id(saga)))

    def _create(self, saga: Saga, order: O) -> Saga:
        try:
            intent = self.provider.create_intent(
                amount=order.amount,
                currency=order.currency,
                escrow_id=order.escrow_id if isinstance(order, FundOrder) else None,
                bill_id=order.bill_id if isinstance(order, BillOrder) else None,
                saga_id=saga.id,
                key=saga.key,
                customer_id=order.customer_id,
            )
        except ProviderRefused as refusal:
            return self._fail(saga, order, refusal.code)
        reached("saga.intent_created")
        with recording(self.unit_of_work, saga) as work:
            return work.sagas.save(saga.to(Step.CONFIRM_INTENT, self.now(), reference=intent.id))

    def _confirmed(self, saga: Saga, order: O) -> Intent:
        by_itself = isinstance(order, BillOrder) and order.by_itself
        try:
            return self.provider.confirm_intent(_intent_id(saga), order.payment_method, key=saga.key, by_itself=by_itself)
        except ProviderRefused as refusal:
            # Refused for the payment method, or because an earlier try went through: the intent tells which.
            intent = self.provider.get_intent(_intent_id(saga))
            return replace(intent, code=refusal.code) if intent.status is IntentStatus.UNCONFIRMED else intent

    def _cancelled(self, saga: Saga) -> Intent:
        try:
            return self.provider.cancel_intent(_intent_id(saga), key=saga.key)
        except ProviderRefused:
            return self.provider.get_intent(_intent_id(saga))  # it is over already, or on its way

    def _conclude(self, saga: Saga, order: O, intent: Intent) -> Saga:
        if intent.status is IntentStatus.SUCCEEDED:
            return self._succeed(saga, order, intent)
        if intent.status is IntentStatus.CANCELED:
            return self._fail(saga, order, saga.failure_code or intent.code or "canceled")
        if intent.status is IntentStatus.PROCESSING:
            return self._wait(saga)
        expired = self.now() - saga.created_at >= ACTION_WINDOW
        if intent.status is IntentStatus.REQUIRES_ACTION and not (expired or saga.step is Step.CANCEL_INTENT):
            return self._require_action(saga, order, intent)
        return self._give_up(saga, ACTION_EXPIRED if intent.status is IntentStatus.REQUIRES_ACTION else intent.code)

    def _succeed(self, saga: Saga, order: O, intent: Intent) -> Saga:
        if (intent.amount, intent.currency) != (order.amount, order.currency) or intent.charge_id is None:
            raise InvariantBroken(f"{intent.id} charged {intent.amount} {intent.currency}, not {order.amount} {order.currency}")
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            self._succeeded(work, saga, order, Charge(intent.id, intent.charge_id), at)
            return work.sagas.save(saga.completed(at))

    def _fail(self, saga: Saga, order: O, code: str) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            self._failed(work, saga, order, code, at)
            return work.sagas.save(saga.failed(at, code))

    def _require_action(self, saga: Saga, order: O, intent: Intent) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if saga.step is Step.AWAIT_INTENT:
                return work.sagas.save(saga.paused(at))
            action = PayerAction(intent.action_url, intent.client_secret, saga.created_at + ACTION_WINDOW)
            self._wants_action(work, saga, order, action)
            return work.sagas.save(saga.to(Step.AWAIT_INTENT, at).paused(at))

    def _wait(self, saga: Saga) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            waiting = saga if saga.step is Step.AWAIT_INTENT else saga.to(Step.AWAIT_INTENT, at)
            return work.sagas.save(waiting.paused(at))

    def _give_up(self, saga: Saga, code: str | None) -> Saga:
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            if saga.step is Step.CANCEL_INTENT:  # Stripe would not cancel it: again, later
                return work.sagas.save(saga.refused(at, code or "not_cancelled"))
            return work.sagas.save(saga.to(Step.CANCEL_INTENT, at, failure_code=code or "payment_failed"))


def _intent_id(saga: Saga) -> str:
    if saga.reference is None:
        raise InvariantBroken(f"saga {saga.id} is at {saga.step} without an intent")
    return saga.reference
