"""What a lost chargeback does to an escrow: what was held of the payment is the payer's, who has it from the bank (decision 0079)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from contracts.payments.events import DisputeWithdrawn
from contracts.payments.views import ChargebackStatus
from payments.domain import entries
from payments.domain.chargeback import Chargeback, brought_by, lost
from payments.domain.dispute import OVER
from payments.domain.documents.due import Due
from payments.domain.errors import MilestoneBusy
from payments.domain.escrow import Escrow
from payments.domain.ledger import Move
from payments.domain.saga import RefundOrder, Step
from payments.usecases import facts
from payments.usecases.bookkeeping import post_for
from payments.usecases.disputes import told
from payments.usecases.ports import UnitOfWork


def lose(work: UnitOfWork, escrow: Escrow, chargeback: Chargeback, at: datetime) -> tuple[Escrow, Chargeback]:
    """Give back what is there of it, with the platform's part, out of disputes too; the caller saves both. What is not there any more
    went elsewhere.
    """
    refunds = refunds_under_way(work, escrow, chargeback.charge_id)
    given: list[tuple[str, int]] = []
    moves: list[Move] = []
    for milestone_id, amount in chargeback.taken.held:
        before = escrow.milestone(milestone_id)
        escrow, gone = lost(escrow, milestone_id, amount, chargeback.charge_id, refunds, at)
        chargeback = chargeback.took(chargeback.taken.holding(milestone_id, -gone))
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
    _wake_what_people_are_to_send(work, refunds, at)
    return escrow, chargeback


def refunds_under_way(work: UnitOfWork, escrow: Escrow, charge_id: str | None) -> frozenset[str]:
    """The sagas that carry some of a charge back to the payer."""
    sagas = (work.sagas.get(hand.saga_id) for step in escrow.milestones for hand in step.hands if hand.to_payer)
    return frozenset(
        saga.id for saga in sagas if saga is not None and isinstance(saga.order, RefundOrder) and charge_id in (None, saga.order.charge_id)
    )


def take_returned(work: UnitOfWork, escrow: Escrow, order: RefundOrder) -> int:
    """What of a refund that came back the bank has taken: the platform was to bear it, as what had gone elsewhere.

    Returns how much of it the payer has from the bank for good; what is not decided yet is held for the decision.

    Raises:
        MilestoneBusy: where it was held before there is money of another charge; look again when the bank has decided.
    """
    for_good = 0
    for chargeback, part in _parts_of_returned(work, order):
        if chargeback.status is ChargebackStatus.LOST:
            for_good += part
        elif not brought_by(escrow.milestone(order.milestone_id), order.charge_id):
            raise MilestoneBusy
        work.chargebacks.save(chargeback.took(chargeback.taken.holding(order.milestone_id, part)))
    return for_good


def has_part_of_returned(work: UnitOfWork, order: RefundOrder) -> bool:
    """Whether the bank has taken any of a refund that came back."""
    return bool(_parts_of_returned(work, order))


def _parts_of_returned(work: UnitOfWork, order: RefundOrder) -> list[tuple[Chargeback, int]]:
    """What of it each chargeback has taken, and not given back."""
    left, parts = order.amount, []
    for chargeback in work.chargebacks.of_escrow(order.escrow_id):
        known = chargeback.charge_id == order.charge_id
        part = min(left, chargeback.taken.elsewhere) if known and chargeback.status is not ChargebackStatus.WON else 0
        if part > 0:
            parts.append((chargeback, part))
            left -= part
    return parts


def is_lost(work: UnitOfWork, order: RefundOrder) -> bool:
    """Whether a bank has taken the payment back for good, or some of it: the processor refunds nothing of it any more."""
    return any(one.status is ChargebackStatus.LOST and one.bears(order.charge_id) for one in work.chargebacks.of_escrow(order.escrow_id))


def put_elsewhere(work: UnitOfWork, order: RefundOrder, amount: int) -> None:
    """A refund arrived though the payer had this much of it from the bank: the platform bears that."""
    for chargeback in work.chargebacks.of_escrow(order.escrow_id):
        held = dict(chargeback.taken.held).get(order.milestone_id, 0) if chargeback.charge_id == order.charge_id else 0
        if chargeback.status is ChargebackStatus.LOST and (part := min(amount, held)):
            work.chargebacks.save(chargeback.took(chargeback.taken.holding(order.milestone_id, -part)))
            amount -= part


def _wake_what_people_are_to_send(work: UnitOfWork, refunds: Iterable[str], at: datetime) -> None:
    """What the payer has from the bank need not be sent: that is booked at once, and not when the processor is asked again."""
    for saga in filter(None, map(work.sagas.get, sorted(refunds))):
        if saga.step is Step.BY_HAND:
            work.sagas.save(saga.woken(at))


def _take_from_disputes(work: UnitOfWork, escrow: Escrow, milestone_id: str, amount: int, at: datetime) -> None:
    """The latest first. One with nothing left to decide about is over, and both sides are told so."""
    for dispute in work.disputes.of_escrow(escrow.id):
        part = 0 if dispute.status in OVER else min(amount, dict(dispute.parts).get(milestone_id, 0))
        if part:
            amount -= part
            after = work.disputes.save(dispute.without(milestone_id, part, at))
            if after.status in OVER:
                work.emit(DisputeWithdrawn(**told(dispute, escrow), by_bank=True))
