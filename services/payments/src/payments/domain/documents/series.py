"""Numbers of documents: one series for each legal entity, kind and year, without gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.payments.document_views import DocumentKind

CODES = {
    DocumentKind.RECEIPT: "RCT",
    DocumentKind.REFUND_RECEIPT: "RFD",
    DocumentKind.INVOICE: "INV",
    DocumentKind.CREDIT_NOTE: "CRN",
    DocumentKind.PAYOUT_STATEMENT: "PAY",
}
LARGEST_SKEW = timedelta(minutes=10)


def series_id(entity: str, kind: DocumentKind, year: int) -> str:
    return f"{entity}-{CODES[kind]}-{year}"


@dataclass(frozen=True, slots=True)
class Series:
    """`last` is the highest number that was given out, `last_at` the moment its document bears.

    A number is taken in the transaction that writes its document: both are there or neither.
    """

    id: str
    version: int = 0  # 0: not stored yet
    last: int = 0
    last_at: datetime | None = None

    def next(self, at: datetime) -> tuple[Series, str, datetime]:
        """The series after the next document, that document's number, and its moment: not before that of the number before it,
        though the clocks of replicas differ a little. One that was far ahead and is set right again is not followed (decision 0042).
        """
        if self.last_at is not None and at < self.last_at <= at + LARGEST_SKEW:
            at = self.last_at
        number = self.last + 1
        return replace(self, last=number, last_at=at), f"{self.id}-{number:06d}", at
