"""Writing journals: the book, the entry and the balances it changes, in the transaction of the change it records."""

from __future__ import annotations

from datetime import datetime

from payments.domain import entries
from payments.domain.documents.due import Due
from payments.domain.errors import InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.ledger import Move, postings_of
from payments.usecases.ports import UnitOfWork


def post(work: UnitOfWork, book_id: str, key: str, moves: tuple[Move, ...], at: datetime, *, overdraw: bool = False) -> None:
    """Append a journal to a book and bring the balances of its accounts up to date; its documents are due then (decision 0047).

    `overdraw` is for chargebacks alone: what a person owes may be more than is there.

    Raises:
        InsufficientBalance: more would leave the solver's available balance than is there.
        InvariantBroken: the business key was used before, or an account would go below zero.
    """
    book, journal = work.books.get(book_id).append(key, moves, at)
    work.journals.add(journal)
    work.books.save(book)
    work.due.add(Due.now(key, book_id, at))
    for account, amount in sorted(postings_of(moves).items()):
        work.balances.save(work.balances.get(account).add(amount, overdraw=overdraw))


def post_for(work: UnitOfWork, escrow: Escrow, key: str, moves: tuple[Move, ...], at: datetime, *, overdraw: bool = False) -> None:
    """As `post`, into the escrow's book; then the ledger and the escrow must tell the same, to the minor unit.

    Raises:
        InvariantBroken: they do not.
    """
    post(work, escrow.id, key, moves, at, overdraw=overdraw)
    check_sums(work, escrow)


def check_sums(work: UnitOfWork, escrow: Escrow) -> None:
    """The ledger and the escrow must tell the same, to the minor unit.

    Raises:
        InvariantBroken: they do not.
    """
    ledger = {
        "held": work.balances.get(entries.held(escrow.id, escrow.currency)).amount,
        "fees": work.balances.get(entries.fees(escrow.id, escrow.currency)).amount,
        "paid in": -sum(work.balances.get(account(escrow.id, escrow.currency)).amount for account in (entries.payer, entries.promotion)),
    }
    if ledger != {"held": escrow.held, "fees": escrow.fees, "paid in": escrow.funded - escrow.refunded}:
        raise InvariantBroken(f"escrow {escrow.id} and its ledger disagree: {ledger}")
