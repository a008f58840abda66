"""An engagement begins: its escrow comes into being, without money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.challenges.events import ApplicationAccepted
from payments.domain.escrow import Escrow
from payments.domain.milestone import Milestone
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class OpenEscrowHandler:
    unit_of_work: UnitsOfWork
    fee_basis_points: int
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: ApplicationAccepted) -> None:
        """Keep who pays whom for which steps. A challenge has one escrow, whatever is told twice.

        Raises:
            ValueError: the milestones are not of one currency.
        """
        currencies = {step.amount.currency for step in event.milestones}
        if len(currencies) != 1:
            raise ValueError(f"challenge {event.challenge_id} has milestones in {len(currencies)} currencies")
        with self.unit_of_work() as work:
            if work.escrows.of_challenge(event.challenge_id) is not None:
                return
            if work.erased(event.challenger_id) or work.erased(event.solver_id):
                return
            work.escrows.add(
                Escrow(
                    id=self.new_id("escrow"),
                    version=1,
                    challenge_id=event.challenge_id,
                    challenge_title=event.challenge_title,
                    payer_id=event.challenger_id,
                    payee_id=event.solver_id,
                    currency=currencies.pop(),
                    fee_basis_points=self.fee_basis_points,
                    milestones=tuple(Milestone(step.id, step.title, step.amount.amount_minor) for step in event.milestones),
                    created_at=self.now(),
                )
            )
