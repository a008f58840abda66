"""What the sagas of bills are to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BillOrder:
    """Charge for a subscription. `by_itself`: nobody is there to satisfy a bank."""

    bill_id: str
    subscription_id: str
    amount: int
    currency: str
    payment_method: str
    customer_id: str | None
    by_itself: bool


@dataclass(frozen=True, slots=True)
class BillRefundOrder:
    """Give back what a bill has cost, or a part of it. `owed`: it was charged for nothing, so a refusal does not end it."""

    bill_id: str
    amount: int
    currency: str
    charge_id: str
    reason: str
    owed: bool = False
