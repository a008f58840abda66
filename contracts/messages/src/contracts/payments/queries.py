"""What may be asked of payments that changes nothing."""

from typing import ClassVar

from contracts.base import Query
from contracts.ids import ChallengeId, EscrowId, PayoutId
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from contracts.payments.views import BalanceView, EscrowView, PayoutView


class GetEscrow(Query[EscrowView]):
    service: ClassVar[str] = "payments"
    escrow_id: EscrowId


class GetChallengeEscrow(Query[EscrowView]):
    service: ClassVar[str] = "payments"
    challenge_id: ChallengeId


class GetBalance(Query[BalanceView]):
    service: ClassVar[str] = "payments"


class GetPayout(Query[PayoutView]):
    service: ClassVar[str] = "payments"
    payout_id: PayoutId


class ListPayouts(Query[Page[PayoutView]]):
    service: ClassVar[str] = "payments"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT
