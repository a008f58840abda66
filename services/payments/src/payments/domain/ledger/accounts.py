"""Where money can be: one account for each place, owner and currency."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """The owner is an escrow, a subscription or a person, never the platform: an account that every journal touches would be a queue."""

    # an escrow's
    PAYER = "payer"  # outside: what the challenger has paid in stands here as a negative amount
    PROMOTION = "promotion"  # what the platform gave up for a coupon: negative, at most what it keeps as fees
    HELD = "held"
    FEES = "fees"  # the platform's income
    CHARGEBACK = "chargeback"  # outside: what the payer's bank took back after it had been released
    LOSSES = "losses"  # the platform's part of that: negative
    # a subscription's, which has a payer too
    DEFERRED = "deferred"  # paid for a period that is not over
    REVENUE = "revenue"  # the platform's income from periods that are
    # a person's
    OWED = "owed"  # earned, sent as soon as the person has an account at the processor
    PENDING = "pending"  # earned, not settled yet at the processor
    AVAILABLE = "available"  # ready to be paid out
    IN_TRANSIT = "in_transit"  # in a payout that is under way
    RETURNING = "returning"  # taken back from the person, not sent back by the processor yet
    BANK = "bank"  # outside: arrived at the person's bank
    CREDIT = "credit"  # to be used when an escrow is funded; it cannot be paid out
    GRANTS = "grants"  # the platform's side of this person's credit: negative


MAY_BE_NEGATIVE = frozenset({AccountKind.PAYER, AccountKind.PROMOTION, AccountKind.LOSSES, AccountKind.GRANTS})
MAY_BE_OVERDRAWN = frozenset({AccountKind.AVAILABLE, AccountKind.PENDING})  # by a chargeback alone
EARNINGS = (AccountKind.OWED, AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.IN_TRANSIT, AccountKind.BANK)


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
