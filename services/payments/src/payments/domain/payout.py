"""Payouts: a solver's money on its way to the bank."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.views import PayoutStatus
from payments.domain.errors import InvariantBroken

# Every way a payout can go. A paid one can still be sent back by the bank, within days.
TRANSITIONS: frozenset[tuple[PayoutStatus, PayoutStatus]] = frozenset(
    {
        (PayoutStatus.REQUESTED, PayoutStatus.IN_TRANSIT),
        (PayoutStatus.REQUESTED, PayoutStatus.PAID),
        (PayoutStatus.REQUESTED, PayoutStatus.FAILED),
        (PayoutStatus.IN_TRANSIT, PayoutStatus.PAID),
        (PayoutStatus.IN_TRANSIT, PayoutStatus.FAILED),
        (PayoutStatus.PAID, PayoutStatus.FAILED),
    }
)


@dataclass(frozen=True, slots=True)
class Payout:
    """`amount` is in minor units of `currency`."""

    id: str
    version: int
    user_id: str
    amount: int
    currency: str
    status: PayoutStatus
    failure_code: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def requested(cls, id: str, user_id: str, amount: int, currency: str, at: datetime) -> Payout:
        return cls(id, 1, user_id, amount, currency, PayoutStatus.REQUESTED, None, at, at)

    def become(self, status: PayoutStatus, at: datetime, failure_code: str | None = None) -> Payout:
        """The payout in its next state.

        Raises:
            InvariantBroken: there is no such way.
        """
        if (self.status, status) not in TRANSITIONS:
            raise InvariantBroken(f"a payout that is {self.status} does not become {status}")
        return replace(self, status=status, failure_code=failure_code, updated_at=at)
