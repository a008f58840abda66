"""The steps by which a chargeback is followed: look at the dispute, book what the bank took, wait for its decision, book that.

Why no crash books twice: nothing is asked of Stripe but how things stand, and each journal (`chargeback:`, `chargeback_won:` and
`chargeback_lost:` with the dispute's id) is one transaction with the step it belongs to. The escrow is frozen from the taking to the
last decision; what was on its way to the payee then arrives, and counts as released.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import FROZEN_BY, OPEN, Chargeback, is_being_recorded, taken_from
from payments.domain.errors import MilestoneBusy
from payments.domain.escrow import Escrow
from payments.domain.saga import ChargebackOrder, Saga, Step
from payments.usecases import facts
from payments.usecases.bookkeeping import post_for
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.movements import follow_up
from payments.usecases.ports import PaymentProvider, UnitOfWork, UnitsOfWork
from payments.usecases.released_parts import released_parts
from payments.usecases.sagas.bill_chargeback import follow_bill
from payments.usecases.sagas.lost_chargeback import lose, refunds_under_way
from payments.usecases.sagas.recording import escrow_of, recording


@dataclass(frozen=True, slots=True)
class ChargebackSteps:
    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def advance(self, saga: Saga, order: ChargebackOrder) -> Saga:
        """Look at the dispute and book what is new.

        Raises:
            ProviderUnavailable: look again.
            MilestoneBusy: the payment is not recorded yet; look again.
            BillNotPaid: its charge is not recorded yet; look again.
            TakenOver: somebody else recorded it.
        """
        dispute = self.provider.get_dispute(order.dispute_id)
        with recording(self.unit_of_work, saga) as work:
            at = self.now()
            escrow = work.escrows.get(dispute.escrow_id) if dispute.escrow_id else None
            if escrow is not None:
                self._follow(work, escrow, dispute, at)
            elif dispute.bill_id is not None and work.bills.get(dispute.bill_id) is not None:
                follow_bill(work, dispute, dispute.bill_id, at)
            else:  # a payment that was not made here
                return work.sagas.save(saga.completed(at, reference=dispute.id))
            if dispute.status not in OPEN:
                return work.sagas.save(saga.completed(at, reference=dispute.id))
            waiting = saga if saga.step is Step.AWAIT_DISPUTE else saga.to(Step.AWAIT_DISPUTE, at, reference=dispute.id)
            return work.sagas.save(waiting.paused(at))

    def _follow(self, work: UnitOfWork, escrow: Escrow, dispute: Dispute, at: datetime) -> None:
        known = work.chargebacks.get(dispute.id)
        chargeback = known or _new(dispute, escrow, at)
        if dispute.withdrawn and not chargeback.taken.total:
            chargeback = self._take(work, escrow, chargeback, dispute, at)
        chargeback = chargeback.become(dispute.status, at)
        if dispute.status not in OPEN and chargeback.taken.total:
            chargeback = self._decide(work, chargeback, won=dispute.status is ChargebackStatus.WON, at=at)
        if known is None:
            work.chargebacks.add(chargeback)
        elif chargeback != known:
            work.chargebacks.save(chargeback)

    def _take(self, work: UnitOfWork, escrow: Escrow, chargeback: Chargeback, dispute: Dispute, at: datetime) -> Chargeback:
        if is_being_recorded(escrow, dispute.charge_id):
            raise MilestoneBusy
        released = released_parts(work, escrow, lambda order: order.charge_id == dispute.charge_id)
        shares = [(part.order.payee_id, part.share) for part in released]
        refunds = refunds_under_way(work, escrow, dispute.charge_id)
        others = [one for one in work.chargebacks.of_escrow(escrow.id) if one.bears(dispute.charge_id) and one.id != dispute.id]
        chargeback = chargeback.took(taken_from(escrow, dispute.charge_id, dispute.amount, shares, refunds, others))
        post_for(work, escrow, f"chargeback:{chargeback.id}", chargeback.moves(), at, overdraw=True)
        work.emit(facts.chargeback_opened(escrow, chargeback))
        work.escrows.save(escrow if escrow.frozen else escrow.freeze(FROZEN_BY))
        return chargeback

    def _decide(self, work: UnitOfWork, chargeback: Chargeback, *, won: bool, at: datetime) -> Chargeback:
        escrow = escrow_of(work, chargeback.escrow_id)
        if won:
            post_for(work, escrow, f"chargeback_won:{chargeback.id}", chargeback.moves_back(), at)
        else:
            escrow, chargeback = lose(work, escrow, chargeback, at)
        work.emit(facts.chargeback_closed(escrow, chargeback, won=won))
        others = (one for one in work.chargebacks.of_escrow(escrow.id) if one.id != chargeback.id)
        if escrow.frozen == FROZEN_BY and not any(one.undecided for one in others):
            escrow = escrow.unfreeze(at)
        work.escrows.save(follow_up(work, escrow, self.new_id, at))
        return chargeback


def _new(dispute: Dispute, escrow: Escrow, at: datetime) -> Chargeback:
    return Chargeback(
        id=dispute.id,
        version=1,
        escrow_id=escrow.id,
        amount=dispute.amount,
        currency=dispute.currency,
        reason=dispute.reason,
        status=dispute.status,
        evidence_due_by=dispute.evidence_due_by,
        created_at=at,
        updated_at=at,
        charge_id=dispute.charge_id,
    )
