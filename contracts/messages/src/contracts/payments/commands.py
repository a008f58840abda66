"""What may be asked of payments that changes something. Amounts and parties come from the engagement, never from a body."""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.base import Command, Done, LongText, ShortText, Title
from contracts.ids import ChallengeId, DisputeId, EscrowId, MilestoneId
from contracts.money import Money, Price
from contracts.payments.coupon_views import CouponCode
from contracts.payments.dispute_views import DisputeView
from contracts.payments.views import (
    ChargebackView,
    EscrowView,
    MilestoneKind,
    PaymentMethodView,
    PayoutAccountView,
    PayoutView,
    ReconciliationView,
    TeamMember,
)

ChargebackId = Annotated[str, StringConstraints(pattern=r"^(du|dp)_[A-Za-z0-9]{1,100}$")]  # Stripe's id of the dispute
PaymentMethod = Annotated[str, StringConstraints(pattern=r"^pm_[A-Za-z0-9_]{1,100}$")]


class FundEscrow(Command[EscrowView]):
    """Charge the challenger and hold the money: one milestone, or all that are unfunded.

    A coupon, or the challenger's credit, lowers what is charged: the platform pays that part, up to its own fee.
    """

    service: ClassVar[str] = "payments"
    challenge_id: ChallengeId
    payment_method: PaymentMethod
    milestone_id: MilestoneId | None = None
    coupon_code: CouponCode | None = None
    use_credit: bool = False

    @model_validator(mode="after")
    def _one_gift(self) -> Self:
        if self.coupon_code is not None and self.use_credit:
            raise ValueError("name either coupon_code or use_credit")
        return self


class _PartOfEscrow(Command[EscrowView]):
    escrow_id: EscrowId
    milestone_id: MilestoneId | None = None
    amount: Price | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.milestone_id is None) == (self.amount is None):
            raise ValueError("name either milestone_id or amount")
        return self


class ReleaseEscrow(_PartOfEscrow):
    """Pay the solver a milestone (what it still holds) or an amount, less the fee agreed at funding."""

    service: ClassVar[str] = "payments"


class RefundEscrow(_PartOfEscrow):
    """Give held money back to the challenger; asked for by the solver, or by finance."""

    service: ClassVar[str] = "payments"
    reason: ShortText


class TakeBackRelease(Command[EscrowView]):
    """Finance: send released money of a milestone (all of it, or an amount, gross) back to the challenger. Those who had it owe it."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId
    milestone_id: MilestoneId
    amount: Price | None = None
    reason: ShortText


class PayExtra(Command[EscrowView]):
    """Thank the solver with money on top of what was agreed: a tip (no fee) or a bonus. It is paid out at once."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId
    amount: Price
    payment_method: PaymentMethod
    kind: Literal[MilestoneKind.TIP, MilestoneKind.BONUS] = MilestoneKind.TIP


class SetTeamSplit(Command[EscrowView]):
    """The solver says who shares what is released from now on; the parts add up to 10000 basis points."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId
    members: Annotated[tuple[TeamMember, ...], Field(min_length=1, max_length=20)]


class FreezeEscrow(Command[EscrowView]):
    """Finance: nothing begins to move any more."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId
    reason: ShortText


class UnfreezeEscrow(Command[EscrowView]):
    """Finance: while a bank decides about a chargeback of it, it stays frozen for that, unless it is asked for `despite_chargebacks`."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId
    reason: ShortText
    despite_chargebacks: bool = False


class OpenDispute(Command[DisputeView]):
    """Payer or payee: keep a milestone (what is free of it) or an amount where it is until it is decided who gets it."""

    service: ClassVar[str] = "payments"
    escrow_id: EscrowId
    milestone_id: MilestoneId | None = None
    amount: Price | None = None
    reason: LongText

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.milestone_id is None) == (self.amount is None):
            raise ValueError("name either milestone_id or amount")
        return self


class AnswerDispute(Command[DisputeView]):
    """The other side's view of it."""

    service: ClassVar[str] = "payments"
    dispute_id: DisputeId
    text: LongText


class AddDisputeEvidence(Command[DisputeView]):
    service: ClassVar[str] = "payments"
    dispute_id: DisputeId
    title: Title
    text: LongText


class MediateDispute(Command[DisputeView]):
    """A moderator, finance or an admin takes it up: once it was answered, or nobody answered in time."""

    service: ClassVar[str] = "payments"
    dispute_id: DisputeId


class DecideDispute(Command[DisputeView]):
    """Share out what was disputed. Above a limit a second person has to agree."""

    service: ClassVar[str] = "payments"
    dispute_id: DisputeId
    to_payee: Money
    to_payer: Money
    reason: LongText


class ConfirmDecision(Command[DisputeView]):
    """The second pair of eyes: agree, or send it back to mediation."""

    service: ClassVar[str] = "payments"
    dispute_id: DisputeId
    approve: bool


class WithdrawDispute(Command[DisputeView]):
    """Whoever opened it lets it go: the money is free again."""

    service: ClassVar[str] = "payments"
    dispute_id: DisputeId


class RequestPayout(Command[PayoutView]):
    service: ClassVar[str] = "payments"
    amount: Price


class AddPaymentMethod(Command[PaymentMethodView]):
    """Keep a card or bank account for later payments. The browser made it with Stripe: its numbers never come here."""

    service: ClassVar[str] = "payments"
    payment_method: PaymentMethod
    make_default: bool = False


class SetDefaultPaymentMethod(Command[PaymentMethodView]):
    service: ClassVar[str] = "payments"
    payment_method: PaymentMethod


class RemovePaymentMethod(Command[Done]):
    """Forget a card or bank account. Payments that were begun with it go on."""

    service: ClassVar[str] = "payments"
    payment_method: PaymentMethod


class OpenPayoutAccount(Command[PayoutAccountView]):
    """Begin to be paid, or go on with it: the answer has a link to Stripe's own pages, where the person tells what is still due.

    `country` is where the person is paid; it is fixed with the first request.
    """

    service: ClassVar[str] = "payments"
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None


class ReconcileDay(Command[ReconciliationView]):
    """Compare a day of the ledger with Stripe's books again; for finance. Each day is compared by itself the night after."""

    service: ClassVar[str] = "payments"
    day: date


class SubmitChargebackEvidence(Command[ChargebackView]):
    """Tell the payer's bank why the payment stands; for finance. It can be told once."""

    service: ClassVar[str] = "payments"
    chargeback_id: ChargebackId
    evidence: LongText


class ReceiveStripeWebhook(Command[Done]):
    """A webhook as it came: the raw body and the Stripe-Signature header. Verified, deduplicated and taken as a hint."""

    service: ClassVar[str] = "payments"
    payload: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]
    signature: Annotated[str, StringConstraints(min_length=1, max_length=2000), Field(repr=False)]
