"""Give held money back to the challenger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import RefundEscrow
from contracts.payments.views import EscrowView
from payments.domain.errors import RefundNotAllowed, RefundRefused
from payments.domain.escrow import Escrow
from payments.domain.saga import SagaStatus
from payments.usecases.movements import Movements
from payments.usecases.ports import Calls, UnitOfWork, UnitsOfWork
from payments.usecases.requested_parts import begun_before, requested_parts
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.views import escrow_view, staff_for, visible


@dataclass(frozen=True, slots=True)
class RefundEscrowHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: RefundEscrow, principal: Principal) -> EscrowView:
        """Refund what a milestone holds, or an amount from what is held, in the order of the milestones.

        The solver may, because the money would be theirs; and finance that is no party. While Stripe does not answer, the answer has the
        milestone `refunding`, and its saga goes on by itself.

        Raises:
            EscrowNotFound, RefundNotAllowed, MilestoneNotFound, MilestoneNotHeld, MilestoneBusy, AmountAboveHeld, CurrencyMismatch.
            RefundRefused: by the processor; the money is still held.
        """
        saga_ids = self._begin(command, principal)
        self.runner.drive_all(saga_ids, self.calls.driver())
        with self.unit_of_work() as work:
            sagas = [work.sagas.get(saga_id) for saga_id in saga_ids]
            if any(saga is not None and saga.status is SagaStatus.FAILED for saga in sagas):
                raise RefundRefused
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            return work.answer(escrow_view(escrow, principal))

    def _begin(self, command: RefundEscrow, principal: Principal) -> list[str]:
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if principal.user_id != escrow.payee_id and not staff_for(escrow, principal):
                raise RefundNotAllowed
            if begun := begun_before(work, self.calls, escrow.id):
                return begun
            if principal.user_id != escrow.payee_id:
                work.act("escrows.refunded", escrow.id, command.reason, principal)
            return self._begin_each(work, escrow, command)

    def _begin_each(self, work: UnitOfWork, escrow: Escrow, command: RefundEscrow) -> list[str]:
        movements = Movements(work, self.new_id, self.now(), self.calls.key(), self.calls.driver())
        for milestone_id, amount in requested_parts(escrow, command.milestone_id, command.amount):
            escrow = movements.refund(escrow, milestone_id, amount, command.reason)
        work.escrows.save(escrow)
        return movements.saga_ids
