"""One person's history: what each journal changed for whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from contracts.payments.document_views import TransactionAccount
from payments.domain.escrow import Escrow
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


def transactions_of(journal: Journal, escrow: Escrow | None) -> tuple[Transaction, ...]:
    """What the journal changed for each person. What only moves from one place of a person to another (settling, a payout that
    begins or fails) changes nothing. `escrow` is the book it stands in, where that is one's.
    """
    changes: defaultdict[tuple[str, TransactionAccount, str], int] = defaultdict(int)
    fee = 0
    for account, amount in journal.postings().items():
        if account.kind in _SIDES:
            changes[account.owner, _SIDES[account.kind], account.currency] += amount
        elif account.kind is AccountKind.PAYER and escrow is not None:
            changes[escrow.payer_id, TransactionAccount.PAID, account.currency] += amount
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
            escrow_id=None if escrow is None else escrow.id,
            title=None if escrow is None else escrow.challenge_title,
        )
        for (user_id, side, currency), amount in sorted(changes.items())
        if amount
    )
