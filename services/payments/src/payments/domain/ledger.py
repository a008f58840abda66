"""The double-entry ledger: accounts, journals that sum to zero by construction, and the hash chain that holds them in order."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from payments.domain.errors import InsufficientBalance, InvariantBroken

GENESIS = "0" * 64  # stands before the first journal of a book


class AccountKind(StrEnum):
    """Where money can be. The owner is the escrow for the first three, the solver for the others."""

    PAYER = "payer"  # outside: what the challenger has paid in stands here as a negative amount
    HELD = "held"
    FEES = "fees"  # the platform's income
    AVAILABLE = "available"  # the solver's, ready to be paid out
    IN_TRANSIT = "in_transit"  # in a payout that is under way
    BANK = "bank"  # outside: arrived at the solver's bank


MAY_BE_NEGATIVE = frozenset({AccountKind.PAYER})


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One place for one currency."""

    kind: AccountKind
    owner: str
    currency: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.owner}:{self.currency}"

    @classmethod
    def from_id(cls, id: str) -> Account:
        kind, owner, currency = id.split(":")
        return cls(AccountKind(kind), owner, currency)


@dataclass(frozen=True, slots=True)
class Move:
    """So many minor units go from one account to another of the same currency."""

    source: Account
    destination: Account
    amount: int

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("a move has an amount above zero")
        if self.source.currency != self.destination.currency:
            raise ValueError("a move stays within one currency")
        if self.source == self.destination:
            raise ValueError("a move has two ends")


@dataclass(frozen=True, slots=True)
class Journal:
    """An entry of a book: append-only, told by a business key that can be used once, tied to the entry before it by its hash.

    It is made of moves, and each move gives what it takes: so the postings of a journal sum to zero in every currency.
    """

    key: str
    book: str
    number: int
    at: datetime
    moves: tuple[Move, ...]
    previous_hash: str
    hash: str

    def postings(self) -> dict[Account, int]:
        """What the journal adds to each account: below zero where money leaves."""
        return postings_of(self.moves)

    def recomputed_hash(self) -> str:
        """SHA-256 of the canonical JSON (keys sorted, no spaces) of everything but the hash."""
        return _hash(self.book, self.number, self.key, self.at, self.moves, self.previous_hash)


@dataclass(frozen=True, slots=True)
class Book:
    """The end of a chain of journals: one for each escrow and one for each solver's payouts, so that books do not wait for each other."""

    id: str
    version: int = 0  # 0: not stored yet
    length: int = 0
    last_hash: str = GENESIS

    def append(self, key: str, moves: tuple[Move, ...], at: datetime) -> tuple[Book, Journal]:
        """The book with one journal more, and that journal."""
        if not moves:
            raise ValueError("a journal moves something")
        number = self.length + 1
        entry_hash = _hash(self.id, number, key, at, moves, self.last_hash)
        journal = Journal(key, self.id, number, at, moves, self.last_hash, entry_hash)
        return replace(self, length=number, last_hash=entry_hash), journal


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds: kept up to date in the transaction of each journal, and always what its journals add up to."""

    account: Account
    amount: int = 0
    version: int = 0  # 0: not stored yet

    def add(self, delta: int) -> Balance:
        """The balance after a posting.

        Raises:
            InsufficientBalance: more would leave the solver's balance than is there.
            InvariantBroken: any other account would go below zero.
        """
        amount = self.amount + delta
        if amount < 0 and self.account.kind not in MAY_BE_NEGATIVE:
            if self.account.kind is AccountKind.AVAILABLE:
                raise InsufficientBalance
            raise InvariantBroken(f"{self.account.id} would hold {amount}")
        return replace(self, amount=amount)


def postings_of(moves: Iterable[Move]) -> dict[Account, int]:
    """The sum of what moves add to and take from each account; accounts that come out even are left out."""
    sums: defaultdict[Account, int] = defaultdict(int)
    for move in moves:
        sums[move.source] -= move.amount
        sums[move.destination] += move.amount
    return {account: amount for account, amount in sums.items() if amount}


def balances_of(journals: Iterable[Journal]) -> Mapping[Account, int]:
    """What the accounts hold, from the journals alone: the answer that the stored balances must agree with."""
    return postings_of(move for journal in journals for move in journal.moves)


def verify_chain(journals: Iterable[Journal]) -> None:
    """Check one book from its first journal on.

    Raises:
        InvariantBroken: an entry was changed, left out, put in or moved.
    """
    previous = GENESIS
    for number, journal in enumerate(journals, start=1):
        if journal.number != number or journal.previous_hash != previous or journal.hash != journal.recomputed_hash():
            raise InvariantBroken(f"the book {journal.book} does not verify at entry {number}")
        previous = journal.hash


def _hash(book: str, number: int, key: str, at: datetime, moves: tuple[Move, ...], previous: str) -> str:
    entry = {
        "book": book,
        "number": number,
        "key": key,
        "at": at.isoformat(timespec="milliseconds"),
        "moves": [{"from": move.source.id, "to": move.destination.id, "amount": move.amount} for move in moves],
        "previous": previous,
    }
    return hashlib.sha256(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
