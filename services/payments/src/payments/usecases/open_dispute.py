"""Keep money where it is until it is decided who gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import OpenDispute
from contracts.payments.dispute_views import DisputeView
from contracts.payments.events import DisputeOpened
from payments.domain.dispute import Dispute
from payments.domain.errors import NotAParty
from payments.usecases.disputes import dispute_view, told
from payments.usecases.ports import UnitsOfWork
from payments.usecases.requested_parts import requested_parts
from payments.usecases.views import visible


@dataclass(frozen=True, slots=True)
class OpenDisputeHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: OpenDispute, principal: Principal) -> DisputeView:
        """What is disputed can be neither released nor refunded; the rest can.

        Raises:
            EscrowNotFound, NotAParty, MilestoneNotFound, MilestoneNotHeld, MilestoneBusy, MilestoneDisputed,
            AmountAboveHeld, CurrencyMismatch.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if principal.user_id not in (escrow.payer_id, escrow.payee_id):
                raise NotAParty
            parts = requested_parts(escrow, command.milestone_id, command.amount)
            at = self.now()
            dispute = Dispute(
                id=self.new_id("dispute"),
                version=1,
                escrow_id=escrow.id,
                opened_by=principal.user_id,
                respondent_id=escrow.payee_id if principal.user_id == escrow.payer_id else escrow.payer_id,
                parts=parts,
                currency=escrow.currency,
                reason=command.reason,
                opened_at=at,
                updated_at=at,
            )
            work.disputes.add(dispute)
            work.escrows.save(escrow.begin_dispute(parts))
            work.emit(DisputeOpened(**told(dispute, escrow), reason=command.reason))
            return work.answer(dispute_view(dispute, escrow))
