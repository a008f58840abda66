"""Keep how a person stands with the platform: who is suspended or banned is in no match, and their challenges are in no list."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.identity.events import StandingChanged
from matching.domain.solver import Solver
from matching.domain.standing import Standing
from matching.usecases.ports import Begin


@dataclass(frozen=True, slots=True)
class RecordStandingHandler:
    unit_of_work: Begin

    def __call__(self, event: StandingChanged, sequence: int) -> None:
        """Also of somebody whose registration is still under way. `sequence` is the event's place among those of this person."""
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            before = work.solvers.get(event.user_id) or Solver.unheard_of(event.user_id)
            after = before.stands(Standing(event.status, event.until, sequence))
            if after != before:
                work.solvers.save(after)
