"""What may be asked of payments that changes nothing."""

from datetime import date, timedelta
from typing import ClassVar, Self

from pydantic import model_validator

from contracts.base import Query, UtcDatetime
from contracts.ids import ChallengeId, DisputeId, EscrowId, PayoutId
from contracts.money import Currency
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from contracts.payments.coupon_views import CouponView
from contracts.payments.dispute_views import DisputeView
from contracts.payments.views import (
    BalanceView,
    ChargebackView,
    EscrowProofView,
    EscrowView,
    PaymentMethodView,
    PayoutAccountView,
    PayoutView,
    ReconciliationView,
    StatementAccount,
    StatementView,
)

MAX_STATEMENT_PERIOD = timedelta(days=366)


class GetEscrow(Query[EscrowView]):
    service: ClassVar[str] = "payments"
    escrow_id: EscrowId


class GetChallengeEscrow(Query[EscrowView]):
    service: ClassVar[str] = "payments"
    challenge_id: ChallengeId


class GetEscrowProof(Query[EscrowProofView]):
    """The journals of an escrow and their chain, to be recomputed by anybody (`openchance verify-proof`)."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId


class GetDispute(Query[DisputeView]):
    service: ClassVar[str] = "payments"
    dispute_id: DisputeId


class ListDisputes(Query[Page[DisputeView]]):
    """Those of one escrow, the latest first."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId


class GetBalance(Query[BalanceView]):
    """One's own balances, now or as they were at the end of an instant."""

    service: ClassVar[str] = "payments"
    as_of: UtcDatetime | None = None


class GetStatement(Query[StatementView]):
    """What happened in one of one's own accounts from `since` on and before `until`, at most a year."""

    service: ClassVar[str] = "payments"
    currency: Currency
    account: StatementAccount = StatementAccount.AVAILABLE
    since: UtcDatetime
    until: UtcDatetime

    @model_validator(mode="after")
    def _period(self) -> Self:
        if not timedelta(0) < self.until - self.since <= MAX_STATEMENT_PERIOD:
            raise ValueError("until must be after since, by at most 366 days")
        return self


class GetPayout(Query[PayoutView]):
    service: ClassVar[str] = "payments"
    payout_id: PayoutId


class ListPayouts(Query[Page[PayoutView]]):
    service: ClassVar[str] = "payments"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ListPaymentMethods(Query[Page[PaymentMethodView]]):
    """All of the caller's: there are never more than a page of them."""

    service: ClassVar[str] = "payments"


class GetPayoutAccount(Query[PayoutAccountView]):
    """The caller's own account for payouts, as Stripe last told of it."""

    service: ClassVar[str] = "payments"


class ListReconciliations(Query[Page[ReconciliationView]]):
    """The latest day first; for finance."""

    service: ClassVar[str] = "payments"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetReconciliation(Query[ReconciliationView]):
    service: ClassVar[str] = "payments"
    day: date


class ListCoupons(Query[Page[CouponView]]):
    """In the order of their codes; for finance."""

    service: ClassVar[str] = "payments"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ListChargebacks(Query[Page[ChargebackView]]):
    """The latest first; for finance."""

    service: ClassVar[str] = "payments"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT
