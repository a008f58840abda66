"""Facts of payments."""

from typing import ClassVar

from contracts.base import Event, UtcDatetime
from contracts.ids import BillId, ChallengeId, DisputeId, EscrowId, MilestoneId, PayoutId, SubscriptionId, UserId
from contracts.money import Money, Price
from contracts.payments.coupon_views import CreditCause
from contracts.payments.subscription_views import BillKind, EndReason, Entitlement, OwnerId, PlanId
from contracts.payments.views import MilestoneKind


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
    """`gross` left escrow: `net` to the solver, `fee` to the platform. `milestone_settled` when nothing of it is held any more.

    `recipient_id` is who got the net: the payee, or one of the payee's team.
    """

    milestone_id: MilestoneId
    gross: Price
    fee: Money
    net: Money
    milestone_settled: bool
    recipient_id: UserId | None = None


class FundsRefunded(_EscrowFact):
    """`milestone_settled` when nothing of it is held any more and it may be funded again; `milestone_released` when nothing
    is held any more because a decision shared it out, and the solver was paid a part. `by_bank` when the payer has it from the bank, by a
    chargeback of which `ChargebackClosed` tells both sides; else it goes to the payer's payment method.
    """

    milestone_id: MilestoneId
    amount: Price
    reason: str
    milestone_settled: bool
    milestone_released: bool = False
    by_bank: bool = False


class ReleaseTakenBack(_EscrowFact):
    """Finance sends released money back to the challenger: `net` is owed by `recipient_id`, whose balance may be below zero now."""

    milestone_id: MilestoneId
    recipient_id: UserId
    net: Money
    reason: str


class ExtraPaid(_EscrowFact):
    """A tip or a bonus arrived, on top of what was agreed."""

    kind: MilestoneKind
    gross: Price
    fee: Money
    net: Money
    recipient_id: UserId


class PayoutAccountDue(_EscrowFact):
    """This much was released to `recipient_id`, who has no account yet that it can be sent to: it waits for that."""

    recipient_id: UserId
    amount: Price


class EscrowFrozen(_EscrowFact):
    """Nothing begins to move any more until finance has looked at it."""

    reason: str


class EscrowUnfrozen(_EscrowFact):
    reason: str


class _ChargebackFact(_EscrowFact):
    chargeback_id: str
    amount: Price
    reason: str


class ChargebackOpened(_ChargebackFact):
    """The payer's bank has taken this payment back until it is decided; the escrow is frozen meanwhile."""


class ChargebackClosed(_ChargebackFact):
    """The bank has decided. Not `won`: what it took stays taken."""

    won: bool


class ConservationBroken(_EscrowFact):
    """The running check found an escrow whose sums disagree: it is frozen. Somebody must look at once."""

    found: str


class _DisputeFact(Event):
    source: ClassVar[str] = "payments"
    subject_field: ClassVar[str] = "dispute_id"
    dispute_id: DisputeId
    escrow_id: EscrowId
    challenge_id: ChallengeId
    challenge_title: str
    payer_id: UserId
    payee_id: UserId
    opened_by: UserId
    amount: Price


class DisputeOpened(_DisputeFact):
    """This much stays in escrow until it is decided who gets it."""

    reason: str


class DisputeAnswered(_DisputeFact):
    pass


class DisputeMediated(_DisputeFact):
    """Somebody neutral has taken it up."""


class DisputeDecided(_DisputeFact):
    """`to_payee` (gross) is on its way to the solver, `to_payer` back to the challenger."""

    to_payee: Money
    to_payer: Money
    reason: str


class DisputeWithdrawn(_DisputeFact):
    """`by_bank` when nobody withdrew it: a chargeback was lost, and nothing is left of `amount` to decide about."""

    by_bank: bool = False


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


class _SubscriptionFact(Event):
    """`owner_id` is a person or an organisation, `payer_id` the person who pays and is told."""

    source: ClassVar[str] = "payments"
    subject_field: ClassVar[str] = "subscription_id"
    subscription_id: SubscriptionId
    owner_id: OwnerId
    payer_id: UserId
    plan_id: PlanId
    plan_name: str


class SubscriptionStarted(_SubscriptionFact):
    """`trial_until` where it begins with a trial; else its first period is paid."""

    trial_until: UtcDatetime | None = None


class TrialEnding(_SubscriptionFact):
    """Soon `amount` is charged for the first time, unless somebody cancels."""

    ends_at: UtcDatetime
    amount: Price


class SubscriptionCharged(_SubscriptionFact):
    """A bill was paid: what a receipt needs. An `upgrade` is for the rest of a period that was paid for before."""

    bill_id: BillId
    kind: BillKind
    amount: Price
    period_start: UtcDatetime
    period_end: UtcDatetime
    paid_at: UtcDatetime


class SubscriptionPaymentFailed(_SubscriptionFact):
    """`code` is the bank's. It is tried again by itself at `next_attempt_at`; null: it is not."""

    bill_id: BillId
    kind: BillKind
    amount: Price
    code: str
    next_attempt_at: UtcDatetime | None = None


class SubscriptionPlanChanged(_SubscriptionFact):
    """`plan_id` took the place of this one."""

    previous_plan_id: PlanId


class SubscriptionEnded(_SubscriptionFact):
    reason: EndReason


class SubscriptionRefunded(_SubscriptionFact):
    bill_id: BillId
    amount: Price
    reason: str


class SubscriptionRefundReturned(_SubscriptionFact):
    """The payer's bank has sent a refund of a bill back: it is not refunded after all."""

    bill_id: BillId
    amount: Price


class _SubscriptionChargebackFact(_SubscriptionFact):
    chargeback_id: str
    bill_id: BillId
    amount: Price
    reason: str


class SubscriptionChargebackOpened(_SubscriptionChargebackFact):
    """The payer's bank has taken back what a bill has cost, until it is decided."""


class SubscriptionChargebackClosed(_SubscriptionChargebackFact):
    """The bank has decided. Not `won`: what it took stays taken, and the subscription ends."""

    won: bool


class CreditGranted(Event):
    """This person was given credit, to fund with."""

    source: ClassVar[str] = "payments"
    subject_field: ClassVar[str] = "user_id"
    user_id: UserId
    amount: Price
    cause: CreditCause


class EntitlementChanged(Event):
    """What an owner is entitled to from now on, until `valid_until` at the latest (a safety net: the end is told too).

    Each says all there is, so who gates features keeps the one with the highest `revision` of each owner and drops the others,
    in whatever order they come: nothing that ended comes back.
    """

    source: ClassVar[str] = "payments"
    subject_field: ClassVar[str] = "owner_id"
    owner_id: OwnerId
    subscription_id: SubscriptionId
    entitlements: tuple[Entitlement, ...]
    valid_until: UtcDatetime | None
    revision: int
