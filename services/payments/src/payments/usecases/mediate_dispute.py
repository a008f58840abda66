"""Somebody neutral takes up a dispute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import MediateDispute
from contracts.payments.dispute_views import DisputeView
from contracts.payments.events import DisputeMediated
from payments.usecases.disputes import dispute_view, for_mediation, told
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class MediateDisputeHandler:
    unit_of_work: UnitsOfWork
    now: Callable[[], datetime]

    def __call__(self, command: MediateDispute, principal: Principal) -> DisputeView:
        """Raises:
        DisputeNotFound, NotAMediator, NotYetAnswered, DisputeOver, WrongDisputeState.
        """
        with self.unit_of_work() as work:
            dispute, escrow = for_mediation(work, command.dispute_id, principal)
            dispute = work.disputes.save(dispute.mediated(principal.user_id, self.now()))
            work.emit(DisputeMediated(**told(dispute, escrow)))
            work.act("disputes.taken_up", dispute.id, None, principal)
            return work.answer(dispute_view(dispute, escrow))
