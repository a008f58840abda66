"""Balances: what accounts hold, kept with each journal and always what the journals add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from payments.domain.errors import InsufficientBalance, InvariantBroken
from payments.domain.ledger.accounts import MAY_BE_NEGATIVE, MAY_BE_OVERDRAWN, Account, AccountKind
from payments.domain.ledger.journals import Journal, postings_of


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds: kept up to date in the transaction of each journal, and always what its journals add up to."""

    account: Account
    amount: int = 0
    version: int = 0  # 0: not stored yet

    def add(self, delta: int, *, overdraw: bool = False) -> Balance:
        """The balance after a posting. `overdraw`: a chargeback takes what is owed, whether it is there or not.

        Raises:
            InsufficientBalance: more would leave a person's balance than is there.
            InvariantBroken: any other account would go below zero.
        """
        kind, amount = self.account.kind, self.amount + delta
        refused = amount < 0 and delta < 0 and kind not in MAY_BE_NEGATIVE and not (overdraw and kind in MAY_BE_OVERDRAWN)
        if refused:
            if kind in (AccountKind.AVAILABLE, AccountKind.CREDIT):
                raise InsufficientBalance
            raise InvariantBroken(f"{self.account.id} would hold {amount}")
        return replace(self, amount=amount)


def balances_of(journals: Iterable[Journal]) -> Mapping[Account, int]:
    """What the accounts hold, from the journals alone: the answer that the stored balances must agree with."""
    return postings_of(move for journal in journals for move in journal.moves)
