"""Chargebacks of bills: the payer's bank takes back what a subscription has cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import ChargebackStatus


@dataclass(frozen=True, slots=True)
class BillChargeback:
    """`id` is the processor's. `taken` once the bank has the money; as long as it only asks, nothing is booked."""

    id: str
    version: int
    subscription_id: str
    bill_id: str
    amount: int
    currency: str
    reason: str
    status: ChargebackStatus
    evidence_due_by: datetime | None
    created_at: datetime
    updated_at: datetime
    taken: bool = False

    def become(self, status: ChargebackStatus, at: datetime) -> BillChargeback:
        return replace(self, status=status, updated_at=at)

    def took(self) -> BillChargeback:
        return replace(self, taken=True)
