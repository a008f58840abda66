"""Let nothing begin to move in an escrow any more."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.commands import FreezeEscrow
from contracts.payments.views import EscrowView
from payments.domain.chargeback import FROZEN_BY
from payments.domain.errors import NotFinance
from payments.domain.escrow_errors import ReasonReserved
from payments.usecases import facts
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import escrow_view, staff_for, visible


@dataclass(frozen=True, slots=True)
class FreezeEscrowHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, command: FreezeEscrow, principal: Principal) -> EscrowView:
        """For finance that is no party, with a reason, which outlasts a chargeback that froze it before. Asked again it changes nothing.

        Raises:
            EscrowNotFound, NotFinance.
            ReasonReserved: it is the one of freezes by chargebacks, which end when a bank decides.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if not staff_for(escrow, principal):
                raise NotFinance
            if command.reason == FROZEN_BY:
                raise ReasonReserved
            if escrow.frozen in (None, FROZEN_BY):
                escrow = work.escrows.save(escrow.freeze(command.reason))
                work.emit(facts.frozen(escrow, command.reason))
                work.act("escrows.frozen", escrow.id, command.reason, principal)
            return work.answer(escrow_view(escrow, principal))
