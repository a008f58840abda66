"""What charging a challenger means: the money is held, or the milestones are without money again. The steps: `intents.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.payments.views import MilestoneKind
from payments.domain import entries
from payments.domain.milestone import Charge
from payments.domain.payer_action import PayerAction
from payments.domain.saga import FundOrder, Saga
from payments.domain.sponsoring import shared_out
from payments.usecases import facts
from payments.usecases.bookkeeping import post_for
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitOfWork
from payments.usecases.sagas.intents import IntentSteps
from payments.usecases.sagas.recording import escrow_of
from payments.usecases.sponsorship import give_back


@dataclass(frozen=True, slots=True)
class FundSteps(IntentSteps[FundOrder]):
    def _succeeded(self, work: UnitOfWork, saga: Saga, order: FundOrder, charge: Charge, at: datetime) -> None:
        escrow = escrow_of(work, order.escrow_id)
        milestone_ids = tuple(step.id for step in escrow.in_saga(saga.id))
        parts = shared_out(escrow, escrow.in_saga(saga.id), order.sponsored)
        escrow = escrow.hold(saga.id, charge, at, parts, by_credit=order.credit_of is not None)
        moves = entries.funded(escrow.id, order.amount, order.currency, order.sponsored)
        post_for(work, escrow, f"fund:{saga.id}", moves, at)
        if all(escrow.milestone(id).kind is MilestoneKind.WORK for id in milestone_ids):
            work.emit(facts.escrow_funded(escrow, milestone_ids, order.amount + order.sponsored))
        work.escrows.save(follow_up(work, escrow, self.new_id, at))

    def _failed(self, work: UnitOfWork, saga: Saga, order: FundOrder, code: str, at: datetime) -> None:
        escrow = escrow_of(work, order.escrow_id)
        milestone_ids = tuple(step.id for step in escrow.in_saga(saga.id))
        escrow = work.escrows.save(escrow.fail_funding(saga.id))
        give_back(work, escrow, saga.id, order, at)
        work.emit(facts.funding_failed(escrow, milestone_ids, code))

    def _wants_action(self, work: UnitOfWork, saga: Saga, order: FundOrder, action: PayerAction) -> None:
        work.escrows.save(escrow_of(work, order.escrow_id).require_action(saga.id, action))
