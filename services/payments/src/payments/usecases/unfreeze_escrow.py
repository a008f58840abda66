"""Let the money of a frozen escrow move again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import UnfreezeEscrow
from contracts.payments.views import EscrowView
from payments.domain.errors import NotFinance
from payments.usecases import facts
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import escrow_view, is_finance, visible


@dataclass(frozen=True, slots=True)
class UnfreezeEscrowHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: UnfreezeEscrow, principal: Principal) -> EscrowView:
        """For finance, with a reason. Asked again it changes nothing.

        Raises:
            EscrowNotFound, NotFinance.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if not is_finance(principal):
                raise NotFinance
            if escrow.frozen is not None:
                at = self.now()
                escrow = work.escrows.save(follow_up(work, escrow.unfreeze(at), self.new_id, at))
                work.emit(facts.unfrozen(escrow, command.reason))
                work.act("escrows.unfrozen", escrow.id, command.reason, principal)
            return work.answer(escrow_view(escrow, principal))
