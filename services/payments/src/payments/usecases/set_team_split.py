"""The solver says who shares what is released."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.commands import SetTeamSplit
from contracts.payments.views import EscrowView
from payments.domain.errors import NotThePayee
from payments.domain.splits import Member
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import escrow_view, visible


@dataclass(frozen=True, slots=True)
class SetTeamSplitHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, command: SetTeamSplit, principal: Principal) -> EscrowView:
        """What is on its way is not shared anew.

        Raises:
            EscrowNotFound, NotThePayee, SplitNotWhole.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if principal.user_id != escrow.payee_id:
                raise NotThePayee
            team = tuple(Member(member.user_id, member.basis_points) for member in command.members)
            return work.answer(escrow_view(work.escrows.save(escrow.set_team(team)), principal))
