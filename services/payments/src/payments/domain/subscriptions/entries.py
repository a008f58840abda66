"""The journals of subscriptions: what is paid is deferred until its period is over, and revenue then."""

from __future__ import annotations

from payments.domain.ledger import Account, AccountKind, Move
from payments.domain.subscriptions.bill import Bill


def payer(bill: Bill) -> Account:
    return Account(AccountKind.PAYER, bill.subscription_id, bill.currency)


def deferred(bill: Bill) -> Account:
    return Account(AccountKind.DEFERRED, bill.subscription_id, bill.currency)


def revenue(bill: Bill) -> Account:
    return Account(AccountKind.REVENUE, bill.subscription_id, bill.currency)


def charged(bill: Bill) -> tuple[Move, ...]:
    return (Move(payer(bill), deferred(bill), bill.amount),)


def earned(bill: Bill) -> tuple[Move, ...]:
    """What was not given back; nothing where all was."""
    return (Move(deferred(bill), revenue(bill), bill.left),) if bill.left else ()


def refunded(bill: Bill, amount: int) -> tuple[Move, ...]:
    """Out of what was earned, where it was."""
    return (Move(revenue(bill) if bill.earned else deferred(bill), payer(bill), amount),)


def refund_returned(bill: Bill, amount: int) -> tuple[Move, ...]:
    """The payer's bank sent a refund back after it had been reported as done."""
    return tuple(Move(move.destination, move.source, move.amount) for move in refunded(bill, amount))
