"""Let the money of a frozen escrow move again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import UnfreezeEscrow
from contracts.payments.views import EscrowView
from payments.domain.chargeback import FROZEN_BY
from payments.domain.errors import ChargebackUndecided, NotFinance
from payments.domain.escrow import Escrow
from payments.usecases import facts
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.views import escrow_view, staff_for, visible


@dataclass(frozen=True, slots=True)
class UnfreezeEscrowHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: UnfreezeEscrow, principal: Principal) -> EscrowView:
        """For finance that is no party, with a reason. Asked again it changes nothing. While a bank has not decided about a chargeback,
        that takes the place of the reason that is lifted, unless finance wants to let the money go all the same (decision 0086).

        Raises:
            EscrowNotFound, NotFinance.
            ChargebackUndecided: it is frozen for that alone.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if not staff_for(escrow, principal):
                raise NotFinance
            if escrow.frozen is not None:
                escrow = self._lifted(work, escrow, command, principal)
            return work.answer(escrow_view(escrow, principal))

    def _lifted(self, work: UnitOfWork, escrow: Escrow, command: UnfreezeEscrow, principal: Principal) -> Escrow:
        undecided = any(one.undecided for one in work.chargebacks.of_escrow(escrow.id))
        if undecided and not command.despite_chargebacks:
            if escrow.frozen == FROZEN_BY:
                raise ChargebackUndecided
            work.act("escrows.freeze_lifted", escrow.id, command.reason, principal)
            return work.escrows.save(escrow.freeze(FROZEN_BY))
        at = self.now()
        escrow = work.escrows.save(follow_up(work, escrow.unfreeze(at), self.new_id, at))
        work.emit(facts.unfrozen(escrow, command.reason))
        act = "escrows.unfrozen_despite_chargeback" if undecided else "escrows.unfrozen"
        work.act(act, escrow.id, command.reason, principal)
        return escrow
