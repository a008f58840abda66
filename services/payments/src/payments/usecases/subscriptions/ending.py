"""How a subscription ends: its open bill is charged no more, and the owner is told."""

from __future__ import annotations

from payments.domain.subscriptions.subscription import Subscription
from payments.usecases.ports import UnitOfWork
from payments.usecases.subscriptions import facts
from payments.usecases.subscriptions.recording import bill_of, keep


def end(work: UnitOfWork, before: Subscription, after: Subscription) -> Subscription:
    """`after` has ended. The bill of a charge that is under way is that charge's business."""
    if before.bill_id is not None and not before.charging:
        work.bills.save(bill_of(work, before.bill_id).voided())
    work.emit(facts.ended(after))
    return keep(work, after)
