"""What may be asked of payments about documents, transactions, reports and evidence."""

from datetime import timedelta
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contracts.base import Command, Message, Name, Query, UtcDatetime
from contracts.files import FileView
from contracts.ids import DisputeId, DocumentId, EscrowId, OrganisationId, UserId
from contracts.money import Currency
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from contracts.payments.document_views import (
    BillingDetailsView,
    Country,
    DocumentKind,
    DocumentView,
    EvidenceKeysView,
    FeeReportView,
    Locale,
    Month,
    RevenueReportView,
    TransactionAccount,
    TransactionView,
)
from contracts.payments.queries import MAX_STATEMENT_PERIOD
from contracts.payments.views import StatementAccount

MOST_MONTHS = 36


class _Period(Message):
    """From `since` on and before `until`, at most a year."""

    since: UtcDatetime
    until: UtcDatetime

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if not timedelta(0) < self.until - self.since <= MAX_STATEMENT_PERIOD:
            raise ValueError("until must be after since, by at most 366 days")
        return self


class _Months(Message):
    """From the month `first` to the month `last`, both included."""

    first: Month
    last: Month
    currency: Currency | None = None

    @model_validator(mode="after")
    def _check_months(self) -> Self:
        (year, month), (last_year, last_month) = (map(int, name.split("-")) for name in (self.first, self.last))
        if not 0 <= (last_year - year) * 12 + last_month - month < MOST_MONTHS:
            raise ValueError(f"last must not be before first, and they may span {MOST_MONTHS} months")
        return self


class _TransactionFilter(Message):
    account: TransactionAccount | None = None
    kind: Annotated[str, StringConstraints(pattern="^[a-z_]{1,40}$")] | None = None
    currency: Currency | None = None
    escrow_id: EscrowId | None = None


class ListDocuments(Query[Page[DocumentView]]):
    """One's own documents, the latest first. Finance may name another recipient."""

    service: ClassVar[str] = "documents"
    kind: DocumentKind | None = None
    currency: Currency | None = None
    escrow_id: EscrowId | None = None
    recipient_id: UserId | None = None
    since: UtcDatetime | None = None
    until: UtcDatetime | None = None
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetDocument(Query[DocumentView]):
    service: ClassVar[str] = "documents"
    document_id: DocumentId


class GetDocumentFile(Query[FileView]):
    """The document as a PDF: the same bytes whenever it is asked for in one language (the reader's own unless named)."""

    service: ClassVar[str] = "documents"
    document_id: DocumentId
    locale: Locale | None = None


class GetStatementFile(_Period, Query[FileView]):
    """As `GetStatement`, as a PDF."""

    service: ClassVar[str] = "documents"
    currency: Currency
    account: StatementAccount = StatementAccount.AVAILABLE
    locale: Locale | None = None


class ListTransactions(_TransactionFilter, Query[Page[TransactionView]]):
    """The history of one's money, the latest first; what happened is in it within seconds."""

    service: ClassVar[str] = "documents"
    since: UtcDatetime | None = None
    until: UtcDatetime | None = None
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class ExportTransactions(_TransactionFilter, _Period, Query[FileView]):
    """The history of one's money as CSV, the earliest first."""

    service: ClassVar[str] = "documents"


class GetRevenueReport(_Months, Query[RevenueReportView]):
    """What the platform moved and earned, by month and currency; for finance."""

    service: ClassVar[str] = "documents"


class ExportRevenueReport(_Months, Query[FileView]):
    """As `GetRevenueReport`, as CSV."""

    service: ClassVar[str] = "documents"


class GetFeeReport(_Months, Query[FeeReportView]):
    """The fees invoiced and credited, with their tax, by month, currency and rate; for finance."""

    service: ClassVar[str] = "documents"


class ExportFeeReport(_Months, Query[FileView]):
    """As `GetFeeReport`, as CSV."""

    service: ClassVar[str] = "documents"


class GetEvidenceBundle(Query[FileView]):
    """All that payments knows of a dispute, as a signed zip that `openchance verify-bundle` checks offline."""

    service: ClassVar[str] = "documents"
    dispute_id: DisputeId


class GetEvidenceKeys(Query[EvidenceKeysView]):
    """The keys that evidence bundles are signed with."""

    service: ClassVar[str] = "documents"


class GetBillingDetails(Query[BillingDetailsView]):
    """The caller's own."""

    service: ClassVar[str] = "documents"


def _tax_id(given: str) -> str:
    return "".join(given.split()).upper()


class SetBillingDetails(Command[BillingDetailsView]):
    """What the caller's documents say from now on; those that are issued stay as they are.

    A `tax_id` (such as DE123456789) makes the caller a business: the platform's fee may then be taxed where the caller is.
    `organisation_id` is one that the caller is a member of: documents bear its name and colour as long as that is so and its plan
    includes branding (decision 0074).
    """

    service: ClassVar[str] = "documents"
    name: Name
    address: Annotated[tuple[Name, ...], Field(min_length=1, max_length=6)]
    country: Country
    tax_id: Annotated[str, AfterValidator(_tax_id), StringConstraints(pattern=r"^[A-Za-z0-9 ]{4,20}$")] | None = None
    organisation_id: OrganisationId | None = None
