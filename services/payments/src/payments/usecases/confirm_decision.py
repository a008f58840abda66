"""A second person agrees to a decision, or sends it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import ConfirmDecision
from contracts.payments.dispute_views import DisputeView
from payments.usecases.awards import award
from payments.usecases.disputes import dispute_view, for_mediation
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class ConfirmDecisionHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: ConfirmDecision, principal: Principal) -> DisputeView:
        """Raises:
        DisputeNotFound, NotAMediator, SameEyes, DisputeOver, WrongDisputeState, EscrowFrozen.
        """
        with self.unit_of_work() as work:
            dispute, escrow = for_mediation(work, command.dispute_id, principal)
            at = self.now()
            if not command.approve:
                dispute = work.disputes.save(dispute.sent_back(principal.user_id, at))
                work.act("disputes.decision_sent_back", dispute.id, None, principal)
                return work.answer(dispute_view(dispute, escrow))
            dispute = work.disputes.save(dispute.confirmed(principal.user_id, at))
            work.act("disputes.decided", dispute.id, None, principal)
            award(work, escrow, dispute, self.new_id, at)
            return work.answer(dispute_view(dispute, escrow))
