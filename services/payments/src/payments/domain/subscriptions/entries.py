"""The journals of subscriptions: what is paid is deferred until its period is over, and revenue then."""

from __future__ import annotations

from payments.domain.ledger import Account, AccountKind, Move, undone
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
    """What is there of it; nothing where all went back."""
    return (Move(deferred(bill), revenue(bill), bill.kept),) if bill.kept else ()


def refunded(before: Bill, after: Bill) -> tuple[Move, ...]:
    """Out of what was earned, where it was; what the bank has taken already the platform loses."""
    return _gone(before, after, payer(after))


def refund_returned(before: Bill, after: Bill) -> tuple[Move, ...]:
    """The payer's bank sent a refund back after it had been reported as done."""
    return undone(refunded(after, before))


def charged_back(before: Bill, after: Bill) -> tuple[Move, ...]:
    """The payer's bank took it: from where it is, and what was given back before is the platform's loss."""
    return _gone(before, after, Account(AccountKind.CHARGEBACK, after.subscription_id, after.currency))


def won_back(before: Bill, after: Bill) -> tuple[Move, ...]:
    return undone(charged_back(after, before))


def _gone(before: Bill, after: Bill, outside: Account) -> tuple[Move, ...]:
    """What left for `outside`. How much of it is a loss follows from the bill alone, so whatever comes in whichever order (a refund
    that is returned, a chargeback that is won) takes its own back.
    """
    source = revenue(after) if after.earned else deferred(after)
    losses = Account(AccountKind.LOSSES, after.subscription_id, after.currency)
    parts = ((source, before.kept - after.kept), (losses, after.loss - before.loss))
    return tuple(Move(account, outside, amount) for account, amount in parts if amount)
