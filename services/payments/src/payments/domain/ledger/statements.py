"""Statements: what an account held at a moment, and what moved in it since, read from its journals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from payments.domain.ledger.accounts import Account
from payments.domain.ledger.journals import Journal


@dataclass(frozen=True, slots=True)
class Line:
    """One journal as its account sees it: what came (above zero) or left, and what was there then."""

    at: datetime
    key: str
    amount: int
    balance: int

    @property
    def kind(self) -> str:
        """What happened: the business key's first part, such as `release`."""
        return self.key.partition(":")[0]

    @property
    def reference(self) -> str:
        """What it happened to: the business key's second part, the id of a saga or payout."""
        return self.key.split(":")[1]


@dataclass(frozen=True, slots=True)
class Statement:
    """Opening + lines = closing."""

    account: Account
    opening: int
    lines: tuple[Line, ...]

    @property
    def closing(self) -> int:
        return self.lines[-1].balance if self.lines else self.opening


def statement_of(account: Account, journals: Iterable[Journal], since: datetime, until: datetime) -> Statement:
    """What happened to an account from `since` on and before `until`; `journals` are all that touch it.

    Two entries of one instant stand in the order of their keys, so that the same statement always reads the same.
    """
    balance = opening = 0
    lines: list[Line] = []
    for journal in sorted(journals, key=lambda row: (row.at, row.key)):
        if journal.at >= until:
            break
        amount = journal.postings().get(account, 0)
        balance += amount
        if journal.at < since:
            opening = balance
        elif amount:
            lines.append(Line(journal.at, journal.key, amount, balance))
    return Statement(account, opening, tuple(lines))


def balance_at(account: Account, journals: Iterable[Journal], at: datetime) -> int:
    """What an account held at the end of this instant; `journals` are all that touch it."""
    return sum(journal.postings().get(account, 0) for journal in journals if journal.at <= at)
