"""What the platform moved and earned: tallies of a month in one currency, kept as journals and documents are written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.payments.document_views import DocumentKind, TaxTreatment
from payments.domain.documents.document import Document
from payments.domain.ledger import AccountKind, Journal, Move

PAID_TO = (AccountKind.OWED, AccountKind.PENDING, AccountKind.AVAILABLE)


def month_of(at: datetime) -> str:
    return f"{at:%Y-%m}"


@dataclass(frozen=True, slots=True)
class FeeTally:
    """Fees invoiced less those credited, at one rate of tax."""

    treatment: TaxTreatment
    rate: int
    invoices: int = 0
    credit_notes: int = 0
    net: int = 0
    tax: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A month (UTC) in one currency, in minor units. Money by when it moved, fees invoiced by when they were."""

    month: str
    currency: str
    version: int = 0  # 0: not stored yet
    paid_in: int = 0
    refunded: int = 0
    released: int = 0
    fees: int = 0
    subscriptions: int = 0
    promotions: int = 0
    credits_granted: int = 0
    chargebacks: int = 0
    losses: int = 0
    paid_out: int = 0
    invoiced: tuple[FeeTally, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.month}:{self.currency}"

    @property
    def revenue(self) -> int:
        """What is left to the platform of its fees and of subscriptions, tax included."""
        return self.fees + self.subscriptions - self.promotions - self.losses

    def with_journal(self, journal: Journal) -> Tally:
        """With what a journal of this month moved in this currency."""
        tally = self
        for name, counted in _COUNTED.items():
            moved = sum(counted(move, journal.key) * move.amount for move in journal.moves if move.source.currency == self.currency)
            tally = replace(tally, **{name: getattr(tally, name) + moved})
        return tally

    def with_document(self, document: Document) -> Tally:
        """With the fee that an invoice charges or a credit note gives back."""
        tally = self
        credit = document.draft.kind is DocumentKind.CREDIT_NOTE
        for line in document.draft.taxes:
            at_rate = {(fee.treatment, fee.rate): fee for fee in tally.invoiced}
            before = at_rate.get((line.treatment, line.rate), FeeTally(line.treatment, line.rate))
            at_rate[line.treatment, line.rate] = replace(
                before,
                invoices=before.invoices + (not credit),
                credit_notes=before.credit_notes + credit,
                net=before.net + line.basis,
                tax=before.tax + line.amount,
            )
            tally = replace(tally, invoiced=tuple(at_rate[key] for key in sorted(at_rate)))
        return tally


def _net(*kinds: AccountKind, sign: int = 1) -> Callable[[Move, str], int]:
    return lambda move, _key: sign * ((move.destination.kind in kinds) - (move.source.kind in kinds))


def _paid_in(move: Move, key: str) -> int:
    return int(move.source.kind is AccountKind.PAYER and "refund_returned:" not in key)


def _refunded(move: Move, key: str) -> int:
    """What went back to payers, less what their banks returned."""
    returned = move.source.kind is AccountKind.PAYER and "refund_returned:" in key
    return int(move.destination.kind is AccountKind.PAYER) - int(returned)


def _released(move: Move, _key: str) -> int:
    out = move.source.kind is AccountKind.HELD and move.destination.kind in PAID_TO
    back = move.destination.kind in (AccountKind.HELD, AccountKind.RETURNING) and move.source.kind in PAID_TO
    return int(out) - int(back)


# How often a move counts, by what it is counted as.
_COUNTED: dict[str, Callable[[Move, str], int]] = {
    "paid_in": _paid_in,
    "refunded": _refunded,
    "released": _released,
    "fees": _net(AccountKind.FEES),
    "subscriptions": _net(AccountKind.REVENUE),
    "promotions": _net(AccountKind.PROMOTION, sign=-1),
    "credits_granted": _net(AccountKind.GRANTS, sign=-1),
    "chargebacks": _net(AccountKind.CHARGEBACK),
    "losses": _net(AccountKind.LOSSES, sign=-1),
    "paid_out": _net(AccountKind.BANK),
}
