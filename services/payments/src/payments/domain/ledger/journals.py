"""Journals: entries that move money between accounts, and sum to zero in every currency because they are made of moves."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from payments.domain.ledger.accounts import Account


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


def undone(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Each of them the other way round."""
    return tuple(Move(move.destination, move.source, move.amount) for move in moves)


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
        """The hash that the entry must have."""
        return hash_of(self.book, self.number, self.key, self.at, self.moves, self.previous_hash)


def postings_of(moves: Iterable[Move]) -> dict[Account, int]:
    """The sum of what moves add to and take from each account; accounts that come out even are left out."""
    sums: defaultdict[Account, int] = defaultdict(int)
    for move in moves:
        sums[move.source] -= move.amount
        sums[move.destination] += move.amount
    return {account: amount for account, amount in sums.items() if amount}


def canonical(book: str, number: int, key: str, at: datetime, moves: tuple[Move, ...], previous: str) -> str:
    """The one serialisation that is hashed, for ever: JSON, keys sorted, no spaces, ASCII; time as RFC 3339 in UTC with milliseconds.

    `{"at":…,"book":…,"key":…,"moves":[{"amount":…,"from":…,"to":…}],"number":…,"previous":…}`; accounts are `kind:owner:currency`.
    A change of it would make every earlier entry unverifiable: a new form needs a new field that names it.
    """
    entry = {
        "book": book,
        "number": number,
        "key": key,
        "at": at.isoformat(timespec="milliseconds"),
        "moves": [{"from": move.source.id, "to": move.destination.id, "amount": move.amount} for move in moves],
        "previous": previous,
    }
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))


def hash_of(book: str, number: int, key: str, at: datetime, moves: tuple[Move, ...], previous: str) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(book, number, key, at, moves, previous).encode()).hexdigest()
