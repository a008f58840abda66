"""Show an escrow to those it concerns."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.queries import GetEscrow
from contracts.payments.views import EscrowView
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import escrow_view, visible


@dataclass(frozen=True, slots=True)
class GetEscrowHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetEscrow, principal: Principal) -> EscrowView:
        """Raises:
        EscrowNotFound: it does not exist, or this person may not see it.
        """
        with self.unit_of_work() as work:
            return escrow_view(visible(work.escrows.get(query.escrow_id), principal), principal)
