"""A party of a dispute, or who mediates it, adds evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import AddDisputeEvidence
from contracts.payments.dispute_views import DisputeView
from payments.domain.dispute import Evidence
from payments.usecases.disputes import dispute_view, visible_dispute
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class AddDisputeEvidenceHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: AddDisputeEvidence, principal: Principal) -> DisputeView:
        """Raises:
        DisputeNotFound, DisputeOver, WrongDisputeState.
        """
        with self.unit_of_work() as work:
            dispute, escrow = visible_dispute(work, command.dispute_id, principal)
            evidence = Evidence(principal.user_id, command.title, command.text, self.now())
            dispute = work.disputes.save(dispute.with_evidence(evidence))
            return work.answer(dispute_view(dispute, escrow))
