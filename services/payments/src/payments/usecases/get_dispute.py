"""Show a dispute to its parties and to those who mediate."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.dispute_views import DisputeView
from contracts.payments.queries import GetDispute
from payments.usecases.disputes import dispute_view, visible_dispute
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class GetDisputeHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetDispute, principal: Principal) -> DisputeView:
        """Raises:
        DisputeNotFound.
        """
        with self.unit_of_work() as work:
            return dispute_view(*visible_dispute(work, query.dispute_id, principal))
