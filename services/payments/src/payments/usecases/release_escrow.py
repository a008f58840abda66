"""Pay the solver what escrow holds, by the challenger's hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import ReleaseEscrow
from contracts.payments.views import EscrowView
from payments.domain.errors import NotThePayer
from payments.domain.escrow import Escrow
from payments.usecases.movements import Movements
from payments.usecases.ports import Calls, UnitOfWork, UnitsOfWork
from payments.usecases.requested_parts import begun_before, requested_parts
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.views import escrow_view, visible


@dataclass(frozen=True, slots=True)
class ReleaseEscrowHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: ReleaseEscrow, principal: Principal) -> EscrowView:
        """Release a milestone, or an amount from what is held, in the order of the milestones.

        A milestone that is released, or being released, is answered as it is. While Stripe does not answer, the answer
        has the milestone `releasing`, and its saga goes on by itself.

        Raises:
            EscrowNotFound, NotThePayer, MilestoneNotFound, MilestoneNotHeld, MilestoneBusy, AmountAboveHeld, CurrencyMismatch.
        """
        self.runner.drive_all(self._begin(command, principal), self.calls.driver())
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            return work.answer(escrow_view(escrow, principal))

    def _begin(self, command: ReleaseEscrow, principal: Principal) -> list[str]:
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if principal.user_id != escrow.payer_id:
                raise NotThePayer
            if begun := begun_before(work, self.calls, escrow.id):
                return begun
            if command.milestone_id is not None and escrow.is_going_to_payee(command.milestone_id):
                return []
            return self._begin_each(work, escrow, requested_parts(escrow, command.milestone_id, command.amount))

    def _begin_each(self, work: UnitOfWork, escrow: Escrow, parts: tuple[tuple[str, int], ...]) -> list[str]:
        movements = Movements(work, self.new_id, self.now(), self.calls.key(), self.calls.driver())
        for milestone_id, gross in parts:
            escrow = movements.release(escrow, milestone_id, gross)
        work.escrows.save(escrow)
        return movements.saga_ids
