"""The journals payments writes: one function for each thing that can happen to money."""

from __future__ import annotations

from payments.domain.fees import Share
from payments.domain.ledger import Account, AccountKind, Move


def payer(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.PAYER, escrow_id, currency)


def held(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.HELD, escrow_id, currency)


def fees(escrow_id: str, currency: str) -> Account:
    return Account(AccountKind.FEES, escrow_id, currency)


def available(user_id: str, currency: str) -> Account:
    return Account(AccountKind.AVAILABLE, user_id, currency)


def in_transit(user_id: str, currency: str) -> Account:
    return Account(AccountKind.IN_TRANSIT, user_id, currency)


def bank(user_id: str, currency: str) -> Account:
    return Account(AccountKind.BANK, user_id, currency)


def funded(escrow_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    """A charge succeeded: the challenger's money is held."""
    return (Move(payer(escrow_id, currency), held(escrow_id, currency), amount),)


def released(escrow_id: str, payee_id: str, share: Share, currency: str) -> tuple[Move, ...]:
    """A transfer succeeded: the net is the solver's, the fee the platform's. Either may round to nothing."""
    source = held(escrow_id, currency)
    ends = ((available(payee_id, currency), share.net), (fees(escrow_id, currency), share.fee))
    return tuple(Move(source, end, amount) for end, amount in ends if amount)


def refunded(escrow_id: str, amount: int, currency: str) -> tuple[Move, ...]:
    return (Move(held(escrow_id, currency), payer(escrow_id, currency), amount),)


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
