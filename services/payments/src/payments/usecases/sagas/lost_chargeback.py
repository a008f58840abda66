"""What a lost chargeback does to an escrow: what was held of the payment is the payer's, who has it from the bank (decision 0079)."""

from __future__ import annotations

from datetime import datetime

from contracts.payments.events import DisputeWithdrawn
from payments.domain import entries
from payments.domain.chargeback import Chargeback, lost
from payments.domain.dispute import OVER
from payments.domain.documents.due import Due
from payments.domain.escrow import Escrow
from payments.domain.ledger import Move
from payments.domain.saga import RefundOrder
from payments.usecases import facts
from payments.usecases.bookkeeping import post_for
from payments.usecases.disputes import told
from payments.usecases.ports import UnitOfWork


def lose(work: UnitOfWork, escrow: Escrow, chargeback: Chargeback, at: datetime) -> Escrow:
    """Give back what is there of it, with the platform's part, out of disputes too; the caller saves the escrow.

    Raises:
        MilestoneBusy: some of it is on its way to the payee; look again.
    """
    refunds = refunds_under_way(work, escrow, chargeback.charge_id)
    given: list[tuple[str, int]] = []
    moves: list[Move] = []
    for milestone_id, amount in chargeback.taken.held:
        before = escrow.milestone(milestone_id)
        escrow = lost(escrow, milestone_id, amount, chargeback.charge_id, refunds)
        after = escrow.milestone(milestone_id)
        sponsored = before.sponsored - after.sponsored
        if part := after.refunded - before.refunded - sponsored:
            given.append((milestone_id, part))
            credit_of = escrow.payer_id if before.by_credit else None
            moves += entries.refunded(escrow.id, part, escrow.currency, sponsored, credit_of)
        _take_from_disputes(work, escrow, milestone_id, before.disputed - after.disputed, at)
    if given:
        moves += entries.chargeback_lost(escrow.id, escrow.currency, sum(part for _, part in given))
        post_for(work, escrow, f"chargeback_lost:{chargeback.id}", tuple(moves), at)
    else:  # nothing moves any more, but the fee of what was lost is credited
        work.due.add(Due.now(f"chargeback_lost:{chargeback.id}", escrow.id, at))
    for milestone_id, part in given:
        work.emit(facts.taken_by_bank(escrow, milestone_id, part))
    return escrow


def refunds_under_way(work: UnitOfWork, escrow: Escrow, charge_id: str | None) -> dict[str, RefundOrder]:
    """What of a charge is on its way back to the payer, by saga."""
    found = {}
    for hand in (hand for step in escrow.milestones for hand in step.hands if hand.to_payer):
        saga = work.sagas.get(hand.saga_id)
        if saga is not None and isinstance(saga.order, RefundOrder) and charge_id in (None, saga.order.charge_id):
            found[saga.id] = saga.order
    return found


def _take_from_disputes(work: UnitOfWork, escrow: Escrow, milestone_id: str, amount: int, at: datetime) -> None:
    """The latest first. One with nothing left to decide about is over, and both sides are told so."""
    for dispute in work.disputes.of_escrow(escrow.id):
        part = 0 if dispute.status in OVER else min(amount, dict(dispute.parts).get(milestone_id, 0))
        if part:
            amount -= part
            after = work.disputes.save(dispute.without(milestone_id, part, at))
            if after.status in OVER:
                work.emit(DisputeWithdrawn(**told(dispute, escrow)))
