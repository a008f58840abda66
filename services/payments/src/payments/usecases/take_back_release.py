"""Send released money back to the challenger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import TakeBackRelease
from contracts.payments.views import EscrowView
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import ChargedBack, CurrencyMismatch, NotFinance
from payments.usecases.movements import Movements
from payments.usecases.ports import Calls, UnitOfWork, UnitsOfWork
from payments.usecases.released_parts import cut, released_parts
from payments.usecases.requested_parts import begun_before
from payments.usecases.sagas.runner import SagaRunner
from payments.usecases.views import escrow_view, staff_for, visible


@dataclass(frozen=True, slots=True)
class TakeBackReleaseHandler:
    unit_of_work: UnitsOfWork
    runner: SagaRunner
    calls: Calls
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: TakeBackRelease, principal: Principal) -> EscrowView:
        """For finance that is no party, with a reason. The challenger is refunded with the fee at once; those whom it was released to owe
        their net from then on, the latest release first: what they have available may be below zero, and nothing is paid out before it
        is not.

        Raises:
            EscrowNotFound, NotFinance, MilestoneNotFound, CurrencyMismatch, AmountNotPayable, AmountAboveReleased, EscrowFrozen.
            ChargedBack: the bank has given the payer money of this escrow already.
            MilestoneBusy: some of its money is on its way.
        """
        self.runner.drive_all(self._begin(command, principal), self.calls.driver())
        with self.unit_of_work() as work:
            return work.answer(escrow_view(visible(work.escrows.get(command.escrow_id), principal), principal))

    def _begin(self, command: TakeBackRelease, principal: Principal) -> list[str]:
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(command.escrow_id), principal)
            if not staff_for(escrow, principal):
                raise NotFinance
            if begun := begun_before(work, self.calls, escrow.id):
                return begun
            if _is_charged_back(work, escrow.id):
                raise ChargedBack
            milestone, amount = escrow.milestone(command.milestone_id), command.amount
            if amount is not None and amount.currency != escrow.currency:
                raise CurrencyMismatch(escrow.currency)
            check_payable(0 if amount is None else amount.amount_minor, step_of(escrow.currency))
            released = released_parts(work, escrow, lambda order: order.milestone_id == milestone.id)
            parts = cut(released, None if amount is None else amount.amount_minor, escrow.currency)
            movements = Movements(work, self.new_id, self.now(), self.calls.key(), self.calls.driver())
            work.escrows.save(movements.take_back(escrow, parts, command.reason))
            work.act("releases.taken_back", escrow.id, command.reason, principal)
            return movements.saga_ids


def _is_charged_back(work: UnitOfWork, escrow_id: str) -> bool:
    """Taken by the bank, and not won: the processor refunds no such charge, and the payer must not be paid twice."""
    keys = [journal.key.partition(":") for journal in work.journals.of_book(escrow_id)]
    won = {dispute for kind, _, dispute in keys if kind == "chargeback_won"}
    return any(kind == "chargeback" and dispute not in won for kind, _, dispute in keys)
