"""Comparing the ledger with the processor's books: which journal answers to which of its transactions, and what does not match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts.payments.views import DifferenceKind
from payments.domain.ledger import AccountKind, Journal

# What the processor's platform balance sees of a journal: the accounts that stand for money outside of it or gone from it.
_CAME_IN = frozenset({AccountKind.PAYER, AccountKind.CHARGEBACK})
_CAME_BACK = frozenset({AccountKind.RETURNING})
_WENT_OUT = frozenset({AccountKind.PENDING, AccountKind.AVAILABLE})
# The kinds of journal that the processor's platform balance has a transaction for.
COMPARED = (
    "fund",
    "release",
    "reversal",
    "refund",
    "refund_returned",
    "chargeback",
    "chargeback_won",
    "subscription",
    "subscription_refund",
    "subscription_refund_returned",
)
_REFUNDS = ("refund", "subscription_refund")  # of an escrow, of a bill
# Those that an account of a person's has one for: `payout_paid` moves nothing in it.
SENT, CAME_BACK = "payout_begun", ("payout_returned", "payout_failed")
PAYOUTS = (SENT, *CAME_BACK)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the platform's balance, or of a connected account's: `key` is the key of the journal that tells of it, or should."""

    key: str
    amount: int
    currency: str
    stripe_id: str | None = None
    stripe_type: str | None = None


@dataclass(frozen=True, slots=True)
class PayoutMovement:
    """What left a connected account for the bank, below zero, or came back; `saga_id` is what we called it, if it was us who asked."""

    saga_id: str | None
    amount: int
    currency: str
    stripe_id: str
    stripe_type: str


@dataclass(frozen=True, slots=True)
class Difference:
    kind: DifferenceKind
    journal: Line | None
    stripe: Line | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A day's comparison; made again it replaces the one before."""

    day: date
    version: int
    matched: int
    differences: tuple[Difference, ...]
    made_at: datetime


def line_of(journal: Journal) -> Line | None:
    """What this journal says that the platform's balance did; None where it did nothing.

    What was released leaves by a transfer of the net: the fee stays. A chargeback takes the whole, whoever bears it.
    """
    kind = journal.key.partition(":")[0]
    if kind not in COMPARED:
        return None
    accounts = {"release": _WENT_OUT, "reversal": _CAME_BACK}.get(kind, _CAME_IN)
    postings = journal.postings()
    amount = -sum(change for account, change in postings.items() if account.kind in accounts)
    currencies = {account.currency for account in postings}
    return Line(journal.key, amount, currencies.pop()) if amount and len(currencies) == 1 else None


def payout_line_of(journal: Journal) -> Line | None:
    """What this journal says that a person's account sent to the bank, or got back; None where it did neither."""
    if journal.key.partition(":")[0] not in PAYOUTS:
        return None
    (moved,) = ((account.currency, change) for account, change in journal.postings().items() if account.kind is AccountKind.AVAILABLE)
    return Line(journal.key, moved[1], moved[0])


def compared(line: Line, other: Line | None) -> Difference | None:
    """The difference between the processor's line and the ledger's, either of which may be missing."""
    ours, theirs = (line, other) if line.stripe_id is None else (other, line)
    if ours is None:
        return Difference(DifferenceKind.MISSING_IN_LEDGER, None, theirs)
    if theirs is None:
        return Difference(DifferenceKind.MISSING_AT_STRIPE, ours, None)
    if ours.currency != theirs.currency:
        return Difference(DifferenceKind.CURRENCY, ours, theirs)
    return None if ours.amount == theirs.amount else Difference(DifferenceKind.AMOUNT, ours, theirs)


def joined(lines: Iterable[Line]) -> dict[tuple[str, str], Line]:
    """By key and currency: several transactions of one key (a charge that was captured in parts) count together."""
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        place = (line.key, line.currency)
        found[place] = line if place not in found else replace(found[place], amount=found[place].amount + line.amount)
    return found


def _amount(lines: Mapping[tuple[str, str], Line], place: tuple[str, str]) -> int:
    return lines[place].amount if place in lines else 0


def without_returned(theirs: Mapping[tuple[str, str], Line], ours: Mapping[tuple[str, str], Line]) -> dict[tuple[str, str], Line]:
    """The processor's lines, less refunds that failed before the ledger counted them: booked, and booked back.

    One that is owed is made again, so that a saga may have several of them before, or beside, the one that counts.
    """
    left = dict(theirs)
    for (key, currency), line in theirs.items():
        kind, _, saga_id = key.partition(":")
        place, back = (key, currency), (f"{kind}_returned:{saga_id}", currency)
        if kind not in _REFUNDS or back not in theirs:
            continue
        uncounted = theirs[back].amount - _amount(ours, back)
        if uncounted > 0 and line.amount + uncounted == _amount(ours, place):
            for where, amount in ((place, line.amount + uncounted), (back, theirs[back].amount - uncounted)):
                del left[where]
                if amount:
                    left[where] = replace(theirs[where], amount=amount)
    return left
