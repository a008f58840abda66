"""Settle the money of a cancelled challenge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.challenges.events import ChallengeCancelled
from payments.usecases.engagements import known_escrow
from payments.usecases.movements import follow_up
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class CloseCancelledEscrowHandler:
    unit_of_work: UnitsOfWork
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: ChallengeCancelled) -> None:
        """Take no more money, and give back what is held for milestones without delivered work.

        What is held for work that was delivered stays held: whether it was earned is for the two to settle (the
        challenger releases, the solver refunds) or for finance. A charge that is under way is refunded when it succeeds.

        Raises:
            NotYet: there is an engagement, but it is not known here yet.
        """
        if event.solver_id is None:
            return
        with self.unit_of_work() as work:
            escrow = known_escrow(work, event.challenge_id).close()
            work.escrows.save(follow_up(work, escrow, self.new_id, self.now()))
