"""What payments shows of documents, transactions and reports."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from contracts.base import UtcDatetime, View
from contracts.ids import ChallengeId, DocumentId, EscrowId, OrganisationId, SubscriptionId, UserId
from contracts.money import SignedMoney


class Locale(StrEnum):
    """The languages documents are rendered in."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"


class DocumentKind(StrEnum):
    """`receipt` and `refund_receipt` go to who paid into escrow, `invoice` and its `credit_note` to who bore the platform's fee or
    paid for a subscription, `payout_statement` to whose money went to the bank.
    """

    RECEIPT = "receipt"
    REFUND_RECEIPT = "refund_receipt"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYOUT_STATEMENT = "payout_statement"


class LineItem(StrEnum):
    """What a line is about; what it is called depends on the reader's language. `platform_fee` is what the platform takes for itself: on
    the document of a subscription, the plan's price.
    """

    ESCROW_DEPOSIT = "escrow_deposit"
    CREDIT_USED = "credit_used"
    PROMOTION = "promotion"
    ESCROW_REFUND = "escrow_refund"
    REFUND_RETURNED = "refund_returned"
    PLATFORM_FEE = "platform_fee"
    FEE_CREDIT = "fee_credit"
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"


class TaxTreatment(StrEnum):
    """`reverse_charge`: the recipient owes the tax; `outside_scope`: the place of supply is outside the issuer's tax area;
    `not_taxed`: no tax is due, as for money held for others.
    """

    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_SCOPE = "outside_scope"
    NOT_TAXED = "not_taxed"


class PartyView(View):
    """A party as it was when the document was issued."""

    name: str
    address: tuple[str, ...] = ()
    country: str | None = None
    tax_id: str | None = None


class DocumentLineView(View):
    """`amount` without tax; where it is a share of something: of `basis`, at `rate_basis_points`."""

    item: LineItem
    subject: str | None
    amount: SignedMoney
    basis: SignedMoney | None = None
    rate_basis_points: int | None = None


class TaxLineView(View):
    treatment: TaxTreatment
    rate_basis_points: int
    basis: SignedMoney
    amount: SignedMoney


class BrandingView(View):
    """How the document looks: whose name stands at its head, and the colour (`#rrggbb`)."""

    name: str
    colour: str


class DocumentView(View):
    """An accounting document: never changed, never deleted. Lines + taxes = total.

    Numbers of a series have no gaps. `related` is the number of the document that this one corrects. `supplied_at` is when
    what it documents happened.
    """

    id: DocumentId
    version: int
    number: str
    kind: DocumentKind
    issued_by: PartyView
    recipient: PartyView
    recipient_id: UserId
    lines: tuple[DocumentLineView, ...]
    taxes: tuple[TaxLineView, ...]
    total: SignedMoney
    escrow_id: EscrowId | None
    challenge_id: ChallengeId | None
    subscription_id: SubscriptionId | None = None
    related: str | None
    branding: BrandingView
    issued_at: UtcDatetime
    supplied_at: UtcDatetime


Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class BillingDetailsView(View):
    """What documents issued from now on say of a person; empty while nothing was given."""

    name: str | None
    address: tuple[str, ...]
    country: str | None
    tax_id: str | None
    organisation_id: OrganisationId | None = None


class TransactionAccount(StrEnum):
    """Whose side of it one sees: what one `paid` into escrow, what one `earned`, or one's `credit` with the platform."""

    PAID = "paid"
    EARNED = "earned"
    CREDIT = "credit"


class TransactionView(View):
    """One change of one person's money. `kind` is what happened (`fund`, `release`, `payout_paid`, …), `reference` to what.

    `amount` is above zero where money came to the person; `fee` is what the platform kept of it.
    """

    id: str
    at: UtcDatetime
    account: TransactionAccount
    kind: str
    reference: str
    amount: SignedMoney
    fee: SignedMoney
    escrow_id: EscrowId | None
    title: str | None


Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]


class RevenueLineView(View):
    """A month (UTC) in one currency. `revenue` = fees + subscriptions − promotions − losses + recovered losses; `fees` and
    `subscriptions` (earned in the month, whenever they were paid) are gross of tax.
    """

    month: Month
    paid_in: SignedMoney
    refunded: SignedMoney
    released: SignedMoney
    fees: SignedMoney
    subscriptions: SignedMoney | None = None
    promotions: SignedMoney
    credits_granted: SignedMoney
    chargebacks: SignedMoney
    losses: SignedMoney
    paid_out: SignedMoney
    revenue: SignedMoney


class RevenueReportView(View):
    """Ordered by month, then currency."""

    items: tuple[RevenueLineView, ...]


class FeeLineView(View):
    """The fees invoiced in a month (UTC, of issue) less those credited, for one currency and one rate of tax."""

    month: Month
    treatment: TaxTreatment
    rate_basis_points: int
    invoices: Annotated[int, Field(ge=0)]
    credit_notes: Annotated[int, Field(ge=0)]
    net: SignedMoney
    tax: SignedMoney
    gross: SignedMoney


class FeeReportView(View):
    """Ordered by month, then currency, treatment and rate."""

    items: tuple[FeeLineView, ...]


class EvidenceKeysView(View):
    """The public keys that evidence bundles are signed with (RFC 7517)."""

    keys: tuple[dict[str, JsonValue], ...]
