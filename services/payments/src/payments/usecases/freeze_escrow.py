"""Let nothing begin to move in an escrow any more."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.commands import FreezeEscrow
from contracts.payments.views import EscrowView
from payments.domain.chargeback import FROZEN_BY
from payments.domain.errors import NotFinance
from payments.usecases import facts
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import escrow_view, is_finance, visible


@dataclass(frozen=True, slots=True)
class FreezeEscrowHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, command: FreezeEscrow, principal: Principal) -> EscrowView:
        """For finance, with a reason, which outlasts a chargeback that froze it before. Asked again it changes nothing.

        Raises:
            EscrowNotFound, NotFinance.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if not is_finance(principal):
                raise NotFinance
            if escrow.frozen in (None, FROZEN_BY):
                escrow = work.escrows.save(escrow.freeze(command.reason))
                work.emit(facts.frozen(escrow, command.reason))
                work.act("escrows.frozen", escrow.id, command.reason, principal)
            return work.answer(escrow_view(escrow, principal))
