"""Books: chains of journals, one for each escrow and one for each person's payouts, so that books do not wait for each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from payments.domain.errors import InvariantBroken
from payments.domain.ledger.journals import Journal, Move, hash_of

GENESIS = "0" * 64  # stands before the first journal of a book


@dataclass(frozen=True, slots=True)
class Book:
    """The end of a chain of journals."""

    id: str
    version: int = 0  # 0: not stored yet
    length: int = 0
    last_hash: str = GENESIS

    def append(self, key: str, moves: tuple[Move, ...], at: datetime) -> tuple[Book, Journal]:
        """The book with one journal more, and that journal."""
        if not moves:
            raise ValueError("a journal moves something")
        number = self.length + 1
        entry_hash = hash_of(self.id, number, key, at, moves, self.last_hash)
        journal = Journal(key, self.id, number, at, moves, self.last_hash, entry_hash)
        return replace(self, length=number, last_hash=entry_hash), journal


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
