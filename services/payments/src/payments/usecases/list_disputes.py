"""List the disputes of an escrow."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.paging import Page
from contracts.payments.dispute_views import DisputeView
from contracts.payments.queries import ListDisputes
from payments.domain.errors import EscrowNotFound
from payments.usecases.disputes import dispute_view, is_mediator
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class ListDisputesHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: ListDisputes, principal: Principal) -> Page[DisputeView]:
        """For payer, payee and those who mediate.

        Raises:
            EscrowNotFound.
        """
        with self.unit_of_work() as work:
            escrow = work.escrows.get(query.escrow_id)
            if escrow is None or not (principal.user_id in (escrow.payer_id, escrow.payee_id) or is_mediator(principal)):
                raise EscrowNotFound
            return Page(items=tuple(dispute_view(dispute, escrow) for dispute in work.disputes.of_escrow(escrow.id)))
