"""Whoever opened a dispute lets it go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import WithdrawDispute
from contracts.payments.dispute_views import DisputeView
from contracts.payments.events import DisputeWithdrawn
from payments.domain.dispute_errors import NotTheOpener
from payments.usecases.disputes import dispute_view, told, visible_dispute
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class WithdrawDisputeHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: WithdrawDispute, principal: Principal) -> DisputeView:
        """The money is free again; what was approved meanwhile is paid.

        Raises:
            DisputeNotFound, NotTheOpener, DisputeOver, WrongDisputeState.
        """
        with self.unit_of_work() as work:
            dispute, escrow = visible_dispute(work, command.dispute_id, principal)
            if principal.user_id != dispute.opened_by:
                raise NotTheOpener
            at = self.now()
            dispute = work.disputes.save(dispute.withdrawn(at))
            work.escrows.save(follow_up(work, escrow.end_dispute(dispute.parts, at), self.new_id, at))
            work.emit(DisputeWithdrawn(**told(dispute, escrow)))
            return work.answer(dispute_view(dispute, escrow))
