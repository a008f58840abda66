"""What charging for a subscription means: its period begins, or it is tried again later. The steps: `intents.py`.

There is never a second charge of a bill: a subscription has one saga at a time (`Subscription.saga_id`), a saga that failed has
cancelled its intent before the next one begins, and the journal's business key is the bill's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from contracts.payments.subscription_views import BillKind
from payments.domain.milestone import Charge
from payments.domain.payer_action import PayerAction
from payments.domain.saga import Saga
from payments.domain.subscriptions import entries
from payments.domain.subscriptions.orders import BillOrder
from payments.usecases.bookkeeping import post
from payments.usecases.ports import UnitOfWork
from payments.usecases.sagas.intents import IntentSteps
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.billing import Billing
from payments.usecases.subscriptions.recording import bill_of, keep, subscription_of

log = structlog.get_logger(__name__)
CAME_TOO_LATE = "The subscription ended while the payment was under way."


@dataclass(frozen=True, slots=True)
class BillSteps(IntentSteps[BillOrder]):
    def _succeeded(self, work: UnitOfWork, saga: Saga, order: BillOrder, charge: Charge, at: datetime) -> None:
        subscription, bill = subscription_of(work, order.subscription_id), bill_of(work, order.bill_id).paid(charge, at)
        post(work, subscription.id, f"subscription:{bill.id}", entries.charged(bill), at)
        if subscription.saga_id != saga.id:  # it ended meanwhile: nothing revives it, so the money goes back
            work.bills.save(Billing(work, self.new_id, at).refund(bill, None, CAME_TOO_LATE, owed=True))
            log.warning("subscription_charge_came_too_late", subscription_id=subscription.id, bill_id=bill.id)
            return
        work.bills.save(bill)
        paid = subscription.paid(bill)
        if bill.kind is BillKind.FIRST:
            work.emit(facts.started(paid))
        if paid.terms.plan_id != subscription.terms.plan_id:
            work.emit(facts.plan_changed(paid, subscription.terms.plan_id))
        work.emit(facts.charged(paid, bill, at))
        keep(work, paid)

    def _failed(self, work: UnitOfWork, saga: Saga, order: BillOrder, code: str, at: datetime) -> None:
        subscription, bill = subscription_of(work, order.subscription_id), bill_of(work, order.bill_id).failed(code)
        if subscription.saga_id != saga.id:
            work.bills.save(bill.voided())
            return
        after = subscription.failed(bill, at, by_itself=order.by_itself)
        work.bills.save(bill if after.bill_id == bill.id else bill.voided())
        work.emit(facts.payment_failed(after, bill, code))
        if after.over and bill.kind is not BillKind.FIRST:
            work.emit(facts.ended(after))
        keep(work, after)

    def _wants_action(self, work: UnitOfWork, saga: Saga, order: BillOrder, action: PayerAction) -> None:
        keep(work, subscription_of(work, order.subscription_id).require_action(saga.id, action))
