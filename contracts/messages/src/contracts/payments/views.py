"""What payments shows of escrows, balances and payouts."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.base import UtcDatetime, View
from contracts.ids import ChallengeId, EscrowId, MilestoneId, PayoutId, UserId
from contracts.money import Money, Price, SignedMoney


class EscrowStatus(StrEnum):
    """`unfunded` → `funding` → `funded` (some of it held) → `settled` (nothing left to hold)."""

    UNFUNDED = "unfunded"
    FUNDING = "funding"
    REQUIRES_ACTION = "requires_action"
    FUNDED = "funded"
    SETTLED = "settled"


class EscrowMilestoneStatus(StrEnum):
    UNFUNDED = "unfunded"
    FUNDING = "funding"
    REQUIRES_ACTION = "requires_action"
    HELD = "held"
    RELEASING = "releasing"
    RELEASED = "released"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class MilestoneKind(StrEnum):
    """`tip` and `bonus` are the challenger's thanks on top of what was agreed; of a tip no fee is kept."""

    WORK = "work"
    TIP = "tip"
    BONUS = "bonus"


class EscrowMilestoneView(View):
    id: MilestoneId
    title: str
    amount: Price
    status: EscrowMilestoneStatus
    held: Money
    released: Money
    refunded: Money
    fees: Money
    disputed: Money | None = None
    kind: MilestoneKind = MilestoneKind.WORK
    auto_release_at: UtcDatetime | None = None


class TeamMember(View):
    """Somebody who gets so many ten-thousandths of what is released."""

    user_id: UserId
    basis_points: Annotated[int, Field(gt=0, le=10_000)]


class EscrowView(View):
    """The money of one challenge. Always: funded = held + released + refunded + fees.

    While the payer's bank wants to hear from the payer (`requires_action`), the payer sees where: at `action_url`, or with
    Stripe.js and `action_client_secret`, until `action_expires_at`. `awaiting_account` is the part of `released` that is sent
    when the one whom it was released to has an account that takes it. `sponsored` is the part of `held` that was paid by a
    coupon or credit: it does not go back to the challenger's payment method.
    """

    id: EscrowId
    version: int
    challenge_id: ChallengeId
    payer_id: UserId
    payee_id: UserId
    status: EscrowStatus
    funded: Money
    held: Money
    released: Money
    refunded: Money
    fees: Money
    fee_basis_points: int
    milestones: tuple[EscrowMilestoneView, ...]
    action_url: str | None = None
    action_client_secret: str | None = None
    action_expires_at: UtcDatetime | None = None
    frozen: str | None = None
    team: tuple[TeamMember, ...] = ()
    awaiting_account: Money | None = None
    sponsored: Money | None = None
    created_at: UtcDatetime


class CurrencyBalanceView(View):
    """`pending`: earned, not yet settled; `available`: can be paid out; `held`: in escrow for this person's work;
    `in_transit`: on its way to the bank; `credit`: can be used to fund; `awaiting_account`: the part of `pending` that is sent
    as soon as `/v1/payout-account` takes it.
    """

    currency: str
    pending: Money
    available: SignedMoney
    held: Money
    paid_out: Money
    in_transit: Money | None = None
    credit: Money | None = None
    awaiting_account: Money | None = None


class BalanceView(View):
    """`as_of` where it was asked for: then `pending` leaves out what was on its way at that moment."""

    user_id: UserId
    balances: tuple[CurrencyBalanceView, ...]
    as_of: UtcDatetime | None = None


class StatementAccount(StrEnum):
    """The places a person's money can be, as `BalanceView` shows them; `credit` can only be used to fund."""

    PENDING = "pending"
    AVAILABLE = "available"
    IN_TRANSIT = "in_transit"
    CREDIT = "credit"


class StatementLineView(View):
    """`kind` is what happened (`release`, `payout_begun`, …), `reference` the id of what it happened to, `balance` what was there then."""

    at: UtcDatetime
    kind: str
    reference: str
    amount: SignedMoney
    balance: SignedMoney


class StatementView(View):
    """Opening + lines = closing."""

    account: StatementAccount
    currency: str
    since: UtcDatetime
    until: UtcDatetime
    opening: SignedMoney
    closing: SignedMoney
    lines: tuple[StatementLineView, ...]


class ProofMoveView(View):
    source: str
    destination: str
    amount: int


class ProofJournalView(View):
    number: int
    key: str
    at: str
    moves: tuple[ProofMoveView, ...]
    previous_hash: str
    hash: str


class EscrowProofView(View):
    """What the ledger says of an escrow, so that anybody can recompute it: see `recipe`."""

    escrow_id: EscrowId
    currency: str
    funded: int
    held: int
    released: int
    refunded: int
    fees: int
    journals: tuple[ProofJournalView, ...]
    last_hash: str
    recipe: tuple[str, ...]


class PayoutStatus(StrEnum):
    REQUESTED = "requested"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"


class PayoutView(View):
    id: PayoutId
    version: int
    user_id: UserId
    amount: Price
    status: PayoutStatus
    failure_code: str | None
    created_at: UtcDatetime
    updated_at: UtcDatetime


class PaymentMethodKind(StrEnum):
    """The bank debits (SEPA, ACH) take days until it is known whether they paid."""

    CARD = "card"
    SEPA_DEBIT = "sepa_debit"
    US_BANK_ACCOUNT = "us_bank_account"


class PaymentMethodView(View):
    """A saved card or bank account, as much of it as may be shown. `brand` and the expiry are a card's."""

    id: str
    kind: PaymentMethodKind
    last4: str
    brand: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    bank_name: str | None = None
    is_default: bool


class PayoutAccountStatus(StrEnum):
    """`none` → `onboarding` (Stripe wants to know more) → `enabled`; `restricted` when payouts were stopped later."""

    NONE = "none"
    ONBOARDING = "onboarding"
    ENABLED = "enabled"
    RESTRICTED = "restricted"


class PayoutAccountView(View):
    """Where a person's earnings go. `onboarding_url` is for that person, once, until `onboarding_expires_at`."""

    status: PayoutAccountStatus
    charges_enabled: bool = False
    payouts_enabled: bool = False
    transfers_enabled: bool = False
    requirements_due: tuple[str, ...] = ()
    disabled_reason: str | None = None
    onboarding_url: str | None = None
    onboarding_expires_at: UtcDatetime | None = None
    updated_at: UtcDatetime | None = None


class DifferenceKind(StrEnum):
    MISSING_IN_LEDGER = "missing_in_ledger"
    MISSING_AT_STRIPE = "missing_at_stripe"
    AMOUNT = "amount"
    CURRENCY = "currency"


class DifferenceView(View):
    """One thing that the ledger and Stripe tell otherwise. Amounts are what came into the platform's balance, below zero what left it;
    of payouts, what left a connected account for the bank, and what came back.
    """

    kind: DifferenceKind
    journal: str | None = None
    stripe_id: str | None = None
    stripe_type: str | None = None
    in_ledger: SignedMoney | None = None
    at_stripe: SignedMoney | None = None


class ReconciliationView(View):
    """A day (UTC) of the ledger against Stripe's balance transactions, the platform's and those of connected accounts' payouts."""

    day: date
    matched: int
    differences: tuple[DifferenceView, ...]
    made_at: UtcDatetime


class ChargebackStatus(StrEnum):
    """`inquiry`: the bank asks and has taken nothing yet."""

    INQUIRY = "inquiry"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


class ChargebackView(View):
    """The payer's bank wants a payment back. `from_payees` and `from_platform` bear it until it is won."""

    id: str
    version: int
    escrow_id: EscrowId
    amount: Price
    reason: str
    status: ChargebackStatus
    evidence_due_by: UtcDatetime | None
    from_payees: Money
    from_platform: Money
    created_at: UtcDatetime
    updated_at: UtcDatetime
