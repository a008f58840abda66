"""One person's history: what each journal changed for whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from contracts.payments.document_views import TransactionAccount
from payments.domain.ledger import AccountKind, Journal

_SIDES = {
    AccountKind.OWED: TransactionAccount.EARNED,
    AccountKind.PENDING: TransactionAccount.EARNED,
    AccountKind.AVAILABLE: TransactionAccount.EARNED,
    AccountKind.IN_TRANSIT: TransactionAccount.EARNED,
    AccountKind.CREDIT: TransactionAccount.CREDIT,
}


@dataclass(frozen=True, slots=True)
class Transaction:
    """`amount` in minor units, above zero where money came to the person; `fee` is what the platform kept of it."""

    id: str
    user_id: str
    at: datetime
    account: TransactionAccount
    kind: str
    reference: str
    amount: int
    fee: int
    currency: str
    escrow_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class PaidFor:
    """Who paid, and what for: the title of a challenge whose escrow it went into, or the name of a plan."""

    payer_id: str
    title: str
    escrow_id: str | None = None


def transactions_of(journal: Journal, paid: PaidFor | None) -> tuple[Transaction, ...]:
    """What the journal changed for each person. What only moves from one place of a person to another (settling, a payout that
    begins or fails) changes nothing. `paid`: what the book it stands in is about, where somebody pays for that.
    """
    changes: defaultdict[tuple[str, TransactionAccount, str], int] = defaultdict(int)
    fee = 0
    for account, amount in journal.postings().items():
        if account.kind in _SIDES:
            changes[account.owner, _SIDES[account.kind], account.currency] += amount
        elif account.kind is AccountKind.PAYER and paid is not None:
            changes[paid.payer_id, TransactionAccount.PAID, account.currency] += amount
        elif account.kind is AccountKind.FEES:
            fee += amount
    kind, reference = journal.key.split(":")[:2]
    return tuple(
        Transaction(
            id=f"{journal.key}:{user_id}:{side}",
            user_id=user_id,
            at=journal.at,
            account=side,
            kind=kind,
            reference=reference,
            amount=amount,
            fee=fee if side is TransactionAccount.EARNED and amount > 0 else 0,
            currency=currency,
            escrow_id=None if paid is None else paid.escrow_id,
            title=None if paid is None else paid.title,
        )
        for (user_id, side, currency), amount in sorted(changes.items())
        if amount
    )
