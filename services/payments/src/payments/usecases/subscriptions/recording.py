"""How a subscription is kept: with what its owner is entitled to, which is told in the same transaction whenever it changes."""

from __future__ import annotations

from payments.domain.errors import InvariantBroken
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.subscription import Subscription
from payments.usecases.ports import UnitOfWork
from payments.usecases.subscriptions import facts


def keep(work: UnitOfWork, subscription: Subscription) -> Subscription:
    """Save it over the version it was read at."""
    saved = work.subscriptions.save(subscription)
    agree(work, saved)
    return saved


def agree(work: UnitOfWork, subscription: Subscription) -> None:
    """Let what the owner is told agree with the subscription."""
    known = work.subscribers.get(subscription.owner_id)
    now = known.agreed(subscription)
    if now == known:
        return
    work.subscribers.put(now)
    if now.revision != known.revision:
        work.emit(facts.entitlement_changed(now, subscription))


def subscription_of(work: UnitOfWork, subscription_id: str) -> Subscription:
    """The one a saga is about: subscriptions are never deleted."""
    found = work.subscriptions.get(subscription_id)
    if found is None:
        raise InvariantBroken(f"subscription {subscription_id} is gone")
    return found


def bill_of(work: UnitOfWork, bill_id: str) -> Bill:
    """The one a saga is about: bills are never deleted."""
    found = work.bills.get(bill_id)
    if found is None:
        raise InvariantBroken(f"bill {bill_id} is gone")
    return found
