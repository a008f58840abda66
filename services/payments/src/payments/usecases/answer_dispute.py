"""The other side of a dispute tells its view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import AnswerDispute
from contracts.payments.dispute_views import DisputeView
from contracts.payments.events import DisputeAnswered
from payments.domain.dispute_errors import NotTheRespondent
from payments.usecases.disputes import dispute_view, told, visible_dispute
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class AnswerDisputeHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: AnswerDispute, principal: Principal) -> DisputeView:
        """Raises:
        DisputeNotFound, NotTheRespondent, DisputeOver, WrongDisputeState.
        """
        with self.unit_of_work() as work:
            dispute, escrow = visible_dispute(work, command.dispute_id, principal)
            if principal.user_id != dispute.respondent_id:
                raise NotTheRespondent
            dispute = work.disputes.save(dispute.answered(command.text, self.now()))
            work.emit(DisputeAnswered(**told(dispute, escrow)))
            return work.answer(dispute_view(dispute, escrow))
