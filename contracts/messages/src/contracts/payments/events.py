"""Facts of payments."""

from typing import ClassVar

from contracts.base import Event
from contracts.ids import ChallengeId, EscrowId, MilestoneId, PayoutId, UserId
from contracts.money import Money, Price


class _EscrowFact(Event):
    source: ClassVar[str] = "payments"
    subject_field: ClassVar[str] = "escrow_id"
    escrow_id: EscrowId
    challenge_id: ChallengeId
    challenge_title: str
    payer_id: UserId
    payee_id: UserId


class EscrowFunded(_EscrowFact):
    """The money for these milestones is held."""

    milestone_ids: tuple[MilestoneId, ...]
    amount: Price


class FundingFailed(_EscrowFact):
    """The payer's bank said no; `code` is Stripe's decline code."""

    milestone_ids: tuple[MilestoneId, ...]
    code: str


class FundsReleased(_EscrowFact):
    """`gross` left escrow: `net` to the solver, `fee` to the platform. `milestone_settled` when nothing of it is held any more."""

    milestone_id: MilestoneId
    gross: Price
    fee: Money
    net: Money
    milestone_settled: bool


class FundsRefunded(_EscrowFact):
    milestone_id: MilestoneId
    amount: Price
    reason: str
    milestone_settled: bool


class _PayoutFact(Event):
    source: ClassVar[str] = "payments"
    subject_field: ClassVar[str] = "payout_id"
    payout_id: PayoutId
    user_id: UserId
    amount: Price


class PayoutRequested(_PayoutFact):
    pass


class PayoutPaid(_PayoutFact):
    pass


class PayoutFailed(_PayoutFact):
    """The money is back in the available balance."""

    code: str
