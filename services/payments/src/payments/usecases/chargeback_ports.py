"""What chargebacks need: the processor's disputes, and where chargebacks are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import Chargeback


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute at the processor. `escrow_id` or `bill_id` is there when the payment was one of ours; `withdrawn` once the bank took
    the money.
    """

    id: str
    status: ChargebackStatus
    amount: int
    currency: str
    charge_id: str
    escrow_id: str | None
    reason: str
    evidence_due_by: datetime | None
    withdrawn: bool
    bill_id: str | None = None


class Disputes(Protocol):
    """Raises:
    ProviderUnavailable.
    ProviderRefused: `submit_evidence` alone.
    """

    def get_dispute(self, dispute_id: str) -> Dispute: ...
    def submit_evidence(self, dispute_id: str, evidence: str, *, key: str) -> Dispute: ...


class Chargebacks(Protocol):
    def get(self, chargeback_id: str) -> Chargeback | None: ...
    def of_escrow(self, escrow_id: str) -> list[Chargeback]: ...
    def page(self, cursor: str | None, limit: int) -> tuple[list[Chargeback], str | None]:
        """The latest first."""
        ...

    def add(self, chargeback: Chargeback) -> None: ...
    def save(self, chargeback: Chargeback) -> Chargeback: ...
