"""Sending out what a decision awards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from contracts.money import Money
from contracts.payments.events import DisputeDecided
from payments.domain.dispute import Dispute
from payments.domain.errors import InvariantBroken
from payments.domain.escrow import Escrow
from payments.usecases.disputes import told
from payments.usecases.movements import Movements
from payments.usecases.ports import UnitOfWork


def award(work: UnitOfWork, escrow: Escrow, dispute: Dispute, new_id: Callable[[str], str], at: datetime) -> None:
    """Begin the sagas of a decision, in its transaction: the timer takes them up, and goes on until both sides have their part.

    Raises:
        EscrowFrozen.
    """
    made = dispute.decision
    if made is None:
        raise InvariantBroken(f"dispute {dispute.id} has no decision to send out")
    movements = Movements(work, new_id, at)
    for milestone_id, to_payee, to_payer in dispute.awards():
        escrow = movements.award(escrow, milestone_id, to_payee=to_payee, to_payer=to_payer, reason=made.reason[:500])
    work.escrows.save(escrow)
    solver, challenger = (Money(amount_minor=part, currency=dispute.currency) for part in (made.to_payee, made.to_payer))
    work.emit(DisputeDecided(**told(dispute, escrow), to_payee=solver, to_payer=challenger, reason=made.reason))
