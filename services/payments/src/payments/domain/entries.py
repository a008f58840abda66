"""The journals payments writes: one function for each thing that can happen to money."""

from __future__ import annotations

from payments.domain.fees import Share
from payments.domain.ledger import Account, AccountKind, Move, undone


def payer(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.PAYER, escrow_id, currency)


def promotion(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.PROMOTION, escrow_id, currency)


def held(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.HELD, escrow_id, currency)


def fees(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.FEES, escrow_id, currency)


def pending(user_id: str, currency: str) -> Account:
    return Account(AccountKind.PENDING, user_id, currency)


def owed(user_id: str, currency: str) -> Account:
    return Account(AccountKind.OWED, user_id, currency)


def available(user_id: str, currency: str) -> Account:
    return Account(AccountKind.AVAILABLE, user_id, currency)


def in_transit(user_id: str, currency: str) -> Account:
    return Account(AccountKind.IN_TRANSIT, user_id, currency)


def returning(user_id: str, currency: str) -> Account:
    return Account(AccountKind.RETURNING, user_id, currency)


def bank(user_id: str, currency: str) -> Account:
    return Account(AccountKind.BANK, user_id, currency)


def credit(user_id: str, currency: str) -> Account:
    return Account(AccountKind.CREDIT, user_id, currency)


def grants(user_id: str, currency: str) -> Account:
    return Account(AccountKind.GRANTS, user_id, currency)


def funded(escrow_id: str, amount: int, currency: str, sponsored: int = 0) -> tuple[Move, ...]:
    """A charge succeeded: the challenger's money is held, and what the platform adds to it."""
    sources = ((payer(escrow_id, currency), amount), (promotion(escrow_id, currency), sponsored))
    return tuple(Move(source, held(escrow_id, currency), part) for source, part in sources if part)


def released(escrow_id: str, payee_id: str, share: Share, currency: str) -> tuple[Move, ...]:
    """A transfer succeeded: the net is the solver's, the fee the platform's. Either may round to nothing."""
    source = held(escrow_id, currency)
    ends = ((available(payee_id, currency), share.net), (fees(escrow_id, currency), share.fee))
    return tuple(Move(source, end, amount) for end, amount in ends if amount)


def released_pending(escrow_id: str, payee_id: str, share: Share, currency: str) -> tuple[Move, ...]:
    """As `released`, where the processor has not settled the money yet: it cannot be paid out before `settled`."""
    source = held(escrow_id, currency)
    ends = ((pending(payee_id, currency), share.net), (fees(escrow_id, currency), share.fee))
    return tuple(Move(source, end, amount) for end, amount in ends if amount)


def released_owed(escrow_id: str, payee_id: str, share: Share, currency: str) -> tuple[Move, ...]:
    """As `released`, where the person has no account yet that the net can be sent to."""
    source = held(escrow_id, currency)
    ends = ((owed(payee_id, currency), share.net), (fees(escrow_id, currency), share.fee))
    return tuple(Move(source, end, amount) for end, amount in ends if amount)


def owed_sent(user_id: str, amount: int, currency: str, *, is_settled: bool) -> tuple[Move, ...]:
    """The transfer that had to wait was made."""
    end = available(user_id, currency) if is_settled else pending(user_id, currency)
    return (Move(owed(user_id, currency), end, amount),)


def settled(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """The processor has settled what was earned: it can be paid out."""
    return (Move(pending(user_id, currency), available(user_id, currency), amount),)


def refunded(escrow_id: str, amount: int, currency: str, sponsored: int = 0, credit_of: str | None = None) -> tuple[Move, ...]:
    """The payer has what the payer paid, the platform what it paid; where it did so for credit, the credit is there again."""
    ends = ((payer(escrow_id, currency), amount), (promotion(escrow_id, currency), sponsored))
    moves = tuple(Move(held(escrow_id, currency), end, part) for end, part in ends if part)
    return (*moves, *credit_granted(credit_of, sponsored, currency)) if credit_of and sponsored else moves


def refund_returned(escrow_id: str, amount: int, currency: str, sponsored: int = 0, credit_of: str | None = None) -> tuple[Move, ...]:
    """The payer's bank sent a refund back after it had been reported as done: all is held again."""
    return undone(refunded(escrow_id, amount, currency, sponsored, credit_of))


def taken_back(escrow_id: str, payee_id: str, share: Share, currency: str) -> tuple[Move, ...]:
    """Released money is to go back to the payer: the person owes the net, the platform lays it out and gives its fee back.

    To be posted with `overdraw=True`: it may have been paid out.
    """
    losses, again = Account(AccountKind.LOSSES, escrow_id, currency), held(escrow_id, currency)
    moves = (
        (available(payee_id, currency), returning(payee_id, currency), share.net),
        (losses, again, share.net),
        (fees(escrow_id, currency), again, share.fee),
    )
    return tuple(Move(source, end, amount) for source, end, amount in moves if amount)


def owed_taken_back(escrow_id: str, payee_id: str, share: Share, currency: str) -> tuple[Move, ...]:
    """As `taken_back`, where it was never sent."""
    sources = ((owed(payee_id, currency), share.net), (fees(escrow_id, currency), share.fee))
    return tuple(Move(source, held(escrow_id, currency), amount) for source, amount in sources if amount)


def transfer_reversed(escrow_id: str, payee_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """The processor has sent back what was taken back: the platform has what it laid out."""
    return (Move(returning(payee_id, currency), Account(AccountKind.LOSSES, escrow_id, currency), amount),)


def charged_back(escrow_id: str, payee_id: str, currency: str, *, from_payee: int, from_platform: int = 0) -> tuple[Move, ...]:
    """The payer's bank took money back that had been released: the solver bears the net (and may owe it then), the platform its fee.

    To be posted with `overdraw=True`, the only journal that is. What is still held goes back as a refund does.
    """
    end = Account(AccountKind.CHARGEBACK, escrow_id, currency)
    sources = ((available(payee_id, currency), from_payee), (Account(AccountKind.LOSSES, escrow_id, currency), from_platform))
    return tuple(Move(source, end, amount) for source, amount in sources if amount)


def chargeback_lost(escrow_id: str, currency: str, amount: int) -> tuple[Move, ...]:
    """The platform no longer lays out what the bank took: what was held is the payer's, and the payer has it."""
    return undone(charged_back(escrow_id, "", currency, from_payee=0, from_platform=amount))


def payout_begun(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """The money is set aside before the processor is asked: what is in transit cannot be asked for again."""
    return (Move(available(user_id, currency), in_transit(user_id, currency), amount),)


def payout_paid(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    return (Move(in_transit(user_id, currency), bank(user_id, currency), amount),)


def payout_failed(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    return (Move(in_transit(user_id, currency), available(user_id, currency), amount),)


def payout_returned(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """The bank sent a payout back after it had been reported as paid."""
    return (Move(bank(user_id, currency), available(user_id, currency), amount),)


def credit_used(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """What a person has in credit pays for a part of a funding: the platform gives that part instead."""
    return (Move(credit(user_id, currency), grants(user_id, currency), amount),)


def credit_granted(user_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """The platform gives credit, for a referral or as goodwill."""
    return (Move(grants(user_id, currency), credit(user_id, currency), amount),)
