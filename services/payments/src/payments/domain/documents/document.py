"""A document: a record that says, for good, what happened, to whom, with which tax."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.payments.document_views import DocumentKind, LineItem, TaxTreatment
from payments.domain.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody as the document names them: a snapshot, which nobody's move or new name changes."""

    name: str
    address: tuple[str, ...] = ()
    country: str | None = None
    tax_id: str | None = None


@dataclass(frozen=True, slots=True)
class Branding:
    """Whose name stands at the head, and in which colour (`#rrggbb`)."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` without tax, in minor units; where it is a share, of `basis` at `rate` basis points. `subject` is people's own words."""

    item: LineItem
    amount: int
    subject: str | None = None
    basis: int | None = None
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class TaxLine:
    """`amount` of tax on `basis` at `rate` basis points. Where no tax is due that is said too, by `treatment`."""

    treatment: TaxTreatment
    rate: int
    basis: int
    amount: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it has a number. `key` names the fact it documents: there is one document for it.

    `source` is the business key of the journal that caused it, `charge_id` the payment its money came from.
    """

    key: str
    kind: DocumentKind
    recipient_id: str
    recipient: Party
    currency: str
    lines: tuple[Line, ...]
    taxes: tuple[TaxLine, ...]
    supplied_at: datetime
    source: str
    branding: Branding
    escrow_id: str | None = None
    challenge_id: str | None = None
    related: str | None = None
    charge_id: str | None = None
    subscription_id: str | None = None

    def __post_init__(self) -> None:
        """Raises:
        InvariantBroken: the tax is not that of the lines.
        """
        if sum(tax.basis for tax in self.taxes) != sum(line.amount for line in self.lines):
            raise InvariantBroken(f"{self.key}: what is taxed is not what the lines add up to")

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines) + sum(tax.amount for tax in self.taxes)

    @property
    def tax(self) -> int:
        return sum(tax.amount for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Document:
    """Never changed: what was wrong is corrected by another one, whose draft is `related` to this number."""

    id: str
    number: str
    issuer: Party
    issued_at: datetime
    draft: Draft
